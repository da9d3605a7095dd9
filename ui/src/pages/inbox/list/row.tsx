import { A } from "@solidjs/router";
import { For, Show } from "solid-js";
import type { Conversation } from "../../../api/contract";
import { channelById, memberById, tagById } from "../../../data/reference";
import { t, tn } from "../../../i18n";
import { duration, now, shortTime } from "../../../i18n/format";
import { Avatar } from "../../../parts/avatar";
import { Count, tagColour } from "../../../parts/badge";
import { BanIcon, ClockIcon } from "../../../parts/icons";
import { typingIn } from "../typing";
import { nameOf, preview } from "../words";
import { failedIn } from "../thread/outbox";
import { Ticks } from "../thread/ticks";
import { KindIcon } from "./kind";
import s from "./row.module.css";

/** One conversation of the list: 76 px high, as list.tsx counts on. */
export function Row(props: { conversation: Conversation; open: boolean; href: string; /** Where the words of a search stand. */ hit?: string | undefined }) {
  const c = () => props.conversation;
  const name = () => nameOf(c());
  const last = () => c().last_message;
  const writes = () => typingIn(c().id, name());
  /** What was written here last and did not go out. */
  const unsent = () => {
    const item = failedIn(c().id).at(-1);
    if (!item) return undefined;
    return "note" in item.out ? item.out.note : preview({ direction: "outbound", ...item.out.preview });
  };
  // An hour is when waiting becomes worth a mark of its own.
  const waits = () => {
    const since = c().waiting_since;
    return since !== null && now() - new Date(since).getTime() > 3_600_000;
  };
  return (
    <A href={props.href} class={s.row} classList={{ [s.open!]: props.open, [s.unread!]: c().unread > 0 }} aria-current={props.open ? "page" : undefined} draggable={false}>
      <Avatar name={c().name} of={c().id} />
      <span class={s.text}>
        <span class={s.line}>
          <span class={`clip ${s.name}`}>{name()}</span>
          <Show when={c().blocked}>
            <span class={s.mark} title={t("inbox.blocked")}>
              <BanIcon size={13} />
            </span>
          </Show>
          <time class={s.time} dateTime={c().last_activity_at}>
            {shortTime(c().last_activity_at)}
          </time>
        </span>
        <span class={s.line}>
          <Show
            when={writes().length === 0}
            fallback={<span class={`clip ${s.typing}`}>{t("inbox.typing", { names: writes().join(", ") })}</span>}
          >
            <Show when={unsent()}>{(text) => (
              <span class={`clip ${s.preview}`}>
                <span class={s.unsent}>{t("inbox.not_sent")}</span> {text()}
              </span>
            )}</Show>
            <Show when={!unsent() && (!c().draft || props.open)} fallback={!unsent() && (
              <span class={`clip ${s.preview}`}>
                <span class={s.draft}>{t("inbox.draft")}</span> {c().draft}
              </span>
            )}>
              <Show when={!props.hit} fallback={<span class={`clip ${s.preview}`}>{props.hit}</span>}>
              <Show when={last()} fallback={<span class={`clip ${s.preview}`}>{t("inbox.no_messages")}</span>}>
                {(m) => (
                  <>
                    <Show when={m().direction === "outbound"}>
                      <Ticks status={m().status} />
                    </Show>
                    <span class={s.kind}>
                      <KindIcon type={m().type} note={m().direction === "note"} />
                    </span>
                    <span class={`clip ${s.preview}`}>{preview(m())}</span>
                  </>
                )}
              </Show>
              </Show>
            </Show>
          </Show>
          <Show when={c().unread > 0}>
            <Count n={c().unread} label={tn("inbox.unread_count", c().unread)} />
          </Show>
        </span>
        <span class={`${s.line} ${s.meta}`}>
          <span class="clip">{channelById(c().channel_id)?.name ?? ""}</span>
          <For each={c().tag_ids.slice(0, 2)}>
            {(id) => <Show when={tagById(id)}>{(tag) => <span class={`clip ${s.tag} ${tagColour(tag().variant)}`}>{tag().value}</span>}</Show>}
          </For>
          <span class={s.end}>
            <Show when={waits()}>
              <span class={s.waits} title={t("inbox.waiting_since", { time: shortTime(c().waiting_since!) })}>
                <ClockIcon size={12} />
                {duration(now() - Date.parse(c().waiting_since!))}
              </span>
            </Show>
            <For each={c().agent_ids.slice(0, 2)}>
              {(id) => <Show when={memberById(id)}>{(m) => <span title={m().name}><Avatar name={m().name} of={id} size="s" /></span>}</Show>}
            </For>
          </span>
        </span>
      </span>
    </A>
  );
}
