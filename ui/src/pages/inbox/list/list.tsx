// The left pane: search, views, filters, and the conversations themselves, of which only those in sight are drawn.
import { useNavigate, useSearchParams } from "@solidjs/router";
import { For, Show, createEffect, createSignal, on, onCleanup, onMount } from "solid-js";
import { json } from "../../../api/client";
import type { SearchAnswer } from "../../../api/contract";
import { stageById } from "../../../data/reference";
import { holdKeys } from "../../../keys/held";
import { useShortcuts } from "../../../keys/registry";
import { t } from "../../../i18n";
import { CheckDoubleIcon, CloseIcon, InboxIcon, PlusIcon, SearchIcon } from "../../../parts/icons";
import { Button, IconButton } from "../../../parts/button";
import { Empty, Failed, Skeleton } from "../../../parts/state";
import { longPress } from "../../../parts/longpress";
import { createVirtual } from "../../../parts/virtual";
import { Problem } from "../../../api/problem";
import { may } from "../../../session";
import { mayBegin, phoneIn } from "../begin/way";
import { narrowing, type Filter } from "../filter";
import type { Conversations } from "./conversations";
import { BulkBar, MOST } from "./bulk";
import { Filters, NO_FILTERS, Views } from "./filters";
import { nameOf } from "../words";
import { Row } from "./row";
import s from "./list.module.css";

const ROW = 76;

export function ConversationList(props: {
  conversations: Conversations;
  filter: Filter;
  open: string | undefined;
  href: (id: string) => string;
  /** Is given what goes on to the next. */
  onMove: (move: (by: number) => void) => void;
}) {
  const [, setParams] = useSearchParams();
  const navigate = useNavigate();
  const [scroller, setScroller] = createSignal<HTMLDivElement>();
  const list = () => props.conversations;
  const [chosen, setChosen] = createSignal<readonly string[]>([]);
  /** By touch, where nothing can be pointed at: a press on a row chooses it instead of opening it. */
  const [picking, setPicking] = createSignal(false);
  const clear = () => (setChosen([]), setPicking(false));
  const choose = (id: string) => {
    const now = chosen();
    if (now.includes(id)) setChosen(now.filter((x) => x !== id));
    else if (now.length < MOST) setChosen([...now, id]);
  };

  const virtual = createVirtual({ keys: list().order, scroller, height: () => ROW, spare: 8, alike: true });

  // The next page is asked for before its place comes into sight.
  createEffect(() => {
    if (virtual.lastIndex() >= list().order().length - 20 && list().order().length > 0 && list().hasMore()) void list().more();
  });

  // What comes in above must not push away what is being looked at.
  createEffect(
    on(list().order, (now, before) => {
      const el = scroller();
      const at = Math.floor(virtual.offset() / ROW);
      const top = before?.[at];
      if (!el || top === undefined || at === 0 || now[at] === top) return;
      const moved = now.indexOf(top);
      if (moved >= 0) el.scrollTop += (moved - at) * ROW;
    }),
  );

  createEffect(on(() => JSON.stringify(props.filter), () => (clear(), scroller()?.scrollTo({ top: 0 })), { defer: true }));

  // Where one works through the list: as it stood when this one was opened. An answer sends it to the top, and the next one
  // is still the one that stood below it.
  let stood: readonly string[] = [];
  let last: string | undefined;
  createEffect(
    on(
      () => props.open,
      (id) => {
        if (!id) return;
        last = id;
        stood = list().order();
      },
    ),
  );
  // One that came by a link, before there was a list.
  createEffect(on(list().order, (now) => last && !stood.includes(last) && now.includes(last) && (stood = now)));
  createEffect(on(() => JSON.stringify(props.filter), () => ((stood = []), props.open || (last = undefined)), { defer: true }));
  const move = (by: number) => {
    const ids = list().order();
    const there = new Set(ids);
    const from = last === undefined ? -1 : stood.indexOf(last);
    let next: string | undefined;
    if (from >= 0) for (let i = from + by; i >= 0 && i < stood.length && !next; i += by) if (there.has(stood[i]!)) next = stood[i];
    if (!next) {
      const at = last === undefined ? -1 : ids.indexOf(last);
      // Above the first that stood there is what came in since; below the last, what was fetched since.
      next = from === 0 && by < 0 ? ids[0] : ids[at < 0 ? 0 : Math.min(ids.length - 1, Math.max(0, at + by))];
    }
    if (!next || next === props.open) return;
    open(next);
    virtual.toIndex(ids.indexOf(next));
  };
  props.onMove(move);
  let search!: HTMLInputElement;
  const group = () => t("common.inbox");
  const begin = () => {
    holdKeys();
    setParams({ new: "1" });
  };
  useShortcuts(
    { keys: "j", label: () => t("inbox.key_next"), group, run: () => move(1) },
    { keys: "k", label: () => t("inbox.key_previous"), group, run: () => move(-1) },
    { keys: "x", label: () => t("inbox.key_choose"), group, run: () => props.open && choose(props.open) },
    { keys: "/", label: () => t("inbox.key_search"), group, run: () => search.focus() },
    // In a conversation N is a note.
    { keys: "n", label: () => t("inbox.begin"), group, when: () => mayBegin() && !props.open, run: begin },
    { keys: "shift+n", label: () => t("inbox.begin"), group, when: () => mayBegin() && Boolean(props.open), run: begin },
  );

  /** A bookmark's stage, tag or channel that is no more. */
  const stale = () => {
    const error = list().error();
    return error instanceof Problem && narrowing(props.filter) > 0 && error.errors.some((e) => e.pointer.startsWith("?") && e.pointer !== "?q");
  };

  let typing: ReturnType<typeof setTimeout>;
  onCleanup(() => clearTimeout(typing));
  const find = (q: string) => {
    clearTimeout(typing);
    typing = setTimeout(() => setParams({ q: q.trim() || undefined }, { replace: true }), 200);
  };

  // Where the words of a search stand: the line that has them is shown in the row, and opened at.
  const [hits, setHits] = createSignal<ReadonlyMap<string, { id: string; snippet: string }>>(new Map());
  createEffect(
    on(
      () => props.filter.q ?? "",
      (q) => {
        setHits(new Map());
        if (q.length < 3) return;
        const cut = new AbortController();
        onCleanup(() => cut.abort());
        json<SearchAnswer>("GET", "/search", { query: { q, limit: 50 }, signal: cut.signal }).then(
          (found) => setHits(new Map(found.messages.toReversed().map((m) => [m.contact_id, m]))),
          // The list itself says what failed.
          () => undefined,
        );
      },
    ),
  );
  const hitIn = (id: string) => (props.filter.q ? hits().get(id) : undefined);
  const href = (id: string) => {
    const hit = hitIn(id);
    const plain = props.href(id);
    return hit ? `${plain}${plain.includes("?") ? "&" : "?"}message=${hit.id}` : plain;
  };
  const open = (id: string) => navigate(href(id));

  // The first hit is opened as soon as it is there.
  const [wanted, setWanted] = createSignal<string>();
  createEffect(() => {
    if (wanted() === undefined || wanted() !== (props.filter.q ?? "") || list().loading()) return;
    setWanted(undefined);
    const first = list().order()[0];
    if (!first) return;
    search.blur();
    open(first);
  });

  const clearSearch = () => ((search.value = ""), find(""));

  // The address has the words without the space that is just being typed: it fills the field only while nobody writes there.
  onMount(() =>
    createEffect(() => {
      const q = props.filter.q ?? "";
      if (document.activeElement !== search) search.value = q;
    }),
  );

  return (
    <section class={s.pane} aria-label={t("inbox.conversations")}>
      <header class={s.head}>
        <div class={s.top}>
          <div class={s.search}>
            <SearchIcon size={16} />
            <input
              ref={search}
              type="search"
              aria-label={t("inbox.search")}
              placeholder={t("inbox.search")}
              onInput={(e) => find(e.currentTarget.value)}
              onKeyDown={(e) => {
                if (e.key === "Enter" || e.key === "ArrowDown") {
                  e.preventDefault();
                  clearTimeout(typing);
                  setParams({ q: search.value.trim() || undefined }, { replace: true });
                  setWanted(search.value.trim());
                }
                if (e.key !== "Escape") return;
                e.preventDefault();
                clearSearch();
                search.blur();
              }}
            />
            <Show when={props.filter.q}>
              <IconButton label={t("inbox.clear_search")} small onClick={clearSearch}>
                <CloseIcon size={15} />
              </IconButton>
            </Show>
            <span class={s.byTouch}>
              <IconButton label={t("inbox.choose_many")} small pressed={picking()} onClick={() => (picking() ? clear() : setPicking(true))}>
                <CheckDoubleIcon size={17} />
              </IconButton>
            </span>
            <Filters filter={props.filter} />
          </div>
          <Show when={mayBegin()}>
            <IconButton class={s.begin} label={t("inbox.begin")} onClick={begin}>
              <PlusIcon size={18} />
            </IconButton>
          </Show>
        </div>
        <Show when={chosen().length > 0} fallback={<Views filter={props.filter} counts={list().counts()} />}>
          <BulkBar
            ids={[...chosen()]}
            of={list().of}
            onClear={clear}
            onDone={(done) => {
              setChosen(chosen().filter((id) => !done.includes(id)));
              for (const id of done) list().touch(id);
            }}
          />
        </Show>
      </header>
      <div class={s.scroll} ref={setScroller} tabindex="-1">
        <Show when={!list().error() || list().order().length > 0} fallback={<Failed error={stale() ? new Error(t("inbox.filter_gone")) : list().error()} onRetry={() => (stale() ? setParams(NO_FILTERS) : void list().reload())} retry={stale() ? t("inbox.clear_filters") : undefined} />}>
          <Show when={!list().loading() || list().order().length > 0} fallback={<Skeleton lines={9} avatar />}>
            <Show when={list().order().length > 0} fallback={<Nothing filter={props.filter} onClearSearch={clearSearch} />}>
              <ul
                ref={(el) => {
                  const idAt = (target: EventTarget | null) => (target as Element | null)?.closest<HTMLElement>("li[data-id]")?.dataset.id;
                  longPress(el, (target) => {
                    const id = idAt(target);
                    if (!id) return;
                    setPicking(true);
                    if (!chosen().includes(id)) choose(id);
                  });
                  // Before the link that was pressed gets to know of it.
                  el.addEventListener(
                    "click",
                    (e) => {
                      const id = picking() && (e.target as Element).closest("a") ? idAt(e.target) : undefined;
                      if (!id) return;
                      e.preventDefault();
                      e.stopPropagation();
                      choose(id);
                    },
                    true,
                  );
                }}
                class={s.rows}
                classList={{ [s.choosing!]: picking() || chosen().length > 0 }}
                style={{ height: `${virtual.total()}px` }}
              >
                <For each={virtual.places()}>
                  {({ key: id, index, start }) => (
                    <Show when={list().of(id())}>
                      {(conversation) => (
                        <li
                          ref={(el) => onMount(() => createEffect(on(id, () => leave(el), { defer: true })))}
                          class={s.place}
                          data-id={id()}
                          style={{ top: `${start()}px` }}
                          aria-setsize={list().hasMore() ? -1 : list().order().length}
                          aria-posinset={index() + 1}
                        >
                          <label class={s.choose} classList={{ [s.chosen!]: chosen().includes(id()) }}>
                            <input
                              type="checkbox"
                              aria-label={t("inbox.choose_one", { name: nameOf(conversation()) })}
                              checked={chosen().includes(id())}
                              onChange={(e) => {
                                choose(id());
                                e.currentTarget.checked = chosen().includes(id());
                              }}
                            />
                          </label>
                          <Row conversation={conversation()} open={id() === props.open} href={href(id())} hit={hitIn(id())?.snippet} />
                        </li>
                      )}
                    </Show>
                  )}
                </For>
              </ul>
            </Show>
          </Show>
        </Show>
      </div>
    </section>
  );
}

/** Who had the focus on a row is not to be taken along to another person by scrolling. */
function leave(row: HTMLElement): void {
  const focused = document.activeElement;
  if (focused instanceof HTMLElement && row.contains(focused)) focused.blur();
}

function Nothing(props: { filter: Filter; onClearSearch: () => void }) {
  const navigate = useNavigate();
  const [, setParams] = useSearchParams();
  /** Of a bookmark: no conversation ever stands there. */
  const ended = () => {
    const stage = stageById(props.filter.stage_id);
    return stage && stage.outcome !== "open" ? stage : undefined;
  };
  const quiet = () => props.filter.view === "all" && !props.filter.q && narrowing(props.filter) === 0;
  return (
    <Empty
      icon={props.filter.q ? <SearchIcon size={24} /> : <InboxIcon size={24} />}
      title={quiet() ? t("inbox.empty") : props.filter.q ? t("common.nothing_found") : t("inbox.empty_filter")}
      action={
        <div class={s.ways}>
          <Show when={quiet() && may("setup:write")}>
            <Button look="primary" onClick={() => navigate("/playground")}>
              {t("account.first_playground")}
            </Button>
            <Button onClick={() => navigate("/channels")}>{t("account.first_channel")}</Button>
          </Show>
          <Show when={mayBegin() && phoneIn(props.filter.q ?? "")}>
            {(phone) => (
              <Button look="primary" onClick={() => setParams({ new: phone() })}>
                {t("inbox.begin_with", { phone: phone() })}
              </Button>
            )}
          </Show>
          <Show when={props.filter.q}>
            <Button onClick={() => props.onClearSearch()}>{t("inbox.clear_search")}</Button>
          </Show>
          <Show when={narrowing(props.filter) > 0}>
            <Button onClick={() => setParams(NO_FILTERS)}>{t("inbox.clear_filters")}</Button>
          </Show>
          <Show when={props.filter.view !== "all"}>
            <Button onClick={() => setParams({ view: undefined })}>{t("inbox.see_all")}</Button>
          </Show>
        </div>
      }
    >
      {quiet() ? t("inbox.empty_text") : ended() ? t("inbox.empty_ended", { stage: ended()!.name }) : t(props.filter.q ? "inbox.empty_search_text" : "inbox.empty_filter_text", { q: props.filter.q ?? "" })}
    </Empty>
  );
}
