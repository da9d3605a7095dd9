// Ctrl/Cmd+K: goes anywhere, finds anybody. Places are found here; people, messages and tickets by the server.
import { useLocation, useNavigate } from "@solidjs/router";
import { For, Show, createEffect, createMemo, createSignal, on, onCleanup } from "solid-js";
import { json } from "../api/client";
import type { SearchAnswer } from "../api/contract";
import { explain } from "../api/problem";
import { channelById, stageById } from "../data/reference";
import { t } from "../i18n";
import { phone, shortTime } from "../i18n/format";
import { Avatar } from "../parts/avatar";
import { Dialog } from "../parts/dialog";
import { ArrowRightIcon, BoardIcon, MessageIcon, PlusIcon, SearchIcon } from "../parts/icons";
import { plain } from "../parts/text";
import { beginHref, mayBegin, phoneIn } from "../pages/inbox/begin/way";
import { nameOf } from "../pages/inbox/words";
import { places } from "../shell/places";
import s from "./palette.module.css";

interface Found {
  key: string;
  group: string;
  title: string;
  detail: string;
  kind: "place" | "begin" | "contact" | "message" | "ticket";
  href: string;
}

export function Palette(props: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={props.open} onClose={props.onClose} title={t("common.find_anything")} shape="top">
      <Search onClose={props.onClose} />
    </Dialog>
  );
}

function Search(props: { onClose: () => void }) {
  const navigate = useNavigate();
  const location = useLocation();
  const [text, setText] = createSignal("");
  const [answer, setAnswer] = createSignal<SearchAnswer | null>(null);
  const [problem, setProblem] = createSignal("");
  const [at, setAt] = createSignal(0);

  createEffect(
    on(text, (q) => {
      setAt(0);
      setProblem("");
      if (q.trim().length < 3) {
        setAnswer(null);
        return;
      }
      const cut = new AbortController();
      const timer = setTimeout(() => {
        json<SearchAnswer>("GET", "/search", { query: { q: q.trim(), limit: 8 }, signal: cut.signal })
          .then(setAnswer)
          .catch((error: unknown) => {
            if (!cut.signal.aborted) setProblem(explain(error));
          });
      }, 120);
      onCleanup(() => {
        clearTimeout(timer);
        cut.abort();
      });
    }),
  );

  const found = createMemo<Found[]>(() => {
    const wanted = plain(text());
    const rows: Found[] = places()
      .filter((p) => plain(p.label()).includes(wanted))
      .map((p) => ({ key: p.href, group: t("common.go_to"), title: p.label(), detail: "", kind: "place", href: p.href }));
    const number = phoneIn(text());
    if (mayBegin() && (number || plain(t("inbox.begin")).includes(wanted)))
      rows.push({
        key: "begin",
        group: t("common.go_to"),
        title: number ? t("inbox.begin_with", { phone: number }) : t("inbox.begin"),
        detail: "",
        kind: "begin",
        href: beginHref(location.pathname, location.search, number),
      });
    const a = answer();
    if (!a) return rows;
    const people = a.contacts.map((c) => ({
      key: c.id,
      group: t("common.people"),
      title: nameOf(c),
      detail: [c.name ? phone(c.phone) : "", channelById(c.channel_id)?.name].filter(Boolean).join(" · "),
      kind: "contact" as const,
      href: `/inbox/${c.id}`,
    }));
    const messages = a.messages.map((m) => ({
      key: m.id,
      group: t("common.in_messages"),
      title: m.snippet,
      detail: `${m.contact_name ?? t("common.nameless")} · ${shortTime(m.sent_at)}`,
      kind: "message" as const,
      href: `/inbox/${m.contact_id}?message=${m.id}`,
    }));
    const tickets = a.tickets.map((x) => ({
      key: x.id,
      group: t("common.tickets"),
      title: x.contact_name ?? t("common.nameless"),
      detail: stageById(x.stage_id)?.name ?? "",
      kind: "ticket" as const,
      href: `/board/${x.pipeline_id}?ticket=${x.id}`,
    }));
    return [...people, ...messages, ...tickets, ...rows];
  });

  /** What there is to say where no rows are; nothing while it is still asked. */
  const said = () => {
    if (problem()) return problem();
    if (found().length > 0) return "";
    if (text().trim().length < 3) return t("common.find_more");
    return answer() ? t("common.find_none") : "";
  };

  const go = (row: Found | undefined) => {
    if (!row) return;
    props.onClose();
    navigate(row.href);
  };
  const move = (by: number) => {
    const n = found().length;
    if (n === 0) return;
    setAt((at() + by + n) % n);
    document.getElementById(`found-${at()}`)?.scrollIntoView({ block: "nearest" });
  };

  return (
    <div
      onKeyDown={(e) => {
        if (e.key === "ArrowDown") move(1);
        else if (e.key === "ArrowUp") move(-1);
        else if (e.key === "Enter") go(found()[at()]);
        else return;
        e.preventDefault();
      }}
    >
      <div class={s.field}>
        <SearchIcon />
        <input
          type="text"
          role="combobox"
          autocomplete="off"
          autofocus
          aria-label={t("common.find_anything")}
          aria-expanded="true"
          aria-controls="found"
          aria-activedescendant={found().length > 0 ? `found-${at()}` : undefined}
          placeholder={t("common.find_placeholder")}
          value={text()}
          onInput={(e) => setText(e.currentTarget.value)}
        />
      </div>
      <ul id="found" role="listbox" aria-label={t("common.find_anything")} class={s.list}>
        <For each={found()}>
          {(row, i) => (
            <>
              <Show when={row.group !== found()[i() - 1]?.group}>
                <li class={s.group} role="presentation">
                  {row.group}
                </li>
              </Show>
              <li
                id={`found-${i()}`}
                role="option"
                class={s.row}
                aria-selected={i() === at()}
                onMouseMove={() => setAt(i())}
                onClick={() => go(row)}
              >
                <Show when={row.kind === "contact"} fallback={<Mark kind={row.kind} />}>
                  <Avatar name={row.title} of={row.key} size="s" />
                </Show>
                <span class="clip">{row.title}</span>
                <span class={`clip ${s.detail}`}>{row.detail}</span>
              </li>
            </>
          )}
        </For>
      </ul>
      <Show when={said()}>
        <p class={s.none} role="status">
          {said()}
        </p>
      </Show>
    </div>
  );
}

function Mark(props: { kind: Found["kind"] }) {
  if (props.kind === "message") return <MessageIcon size={16} />;
  if (props.kind === "begin") return <PlusIcon size={16} />;
  if (props.kind === "ticket") return <BoardIcon size={16} />;
  return <ArrowRightIcon size={16} />;
}
