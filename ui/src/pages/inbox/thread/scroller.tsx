// The messages, of which only those in sight are drawn; held at the end where one reads along, and in place where older
// ones come in above.
import { For, Show, createEffect, createMemo, createSignal, on, onCleanup, onMount } from "solid-js";
import type { Message } from "../../../api/types";
import { t, tn } from "../../../i18n";
import { dayName, number } from "../../../i18n/format";
import { ArrowDownIcon } from "../../../parts/icons";
import { tell } from "../../../parts/toast";
import { createVirtual } from "../../../parts/virtual";
import { Bubble } from "./bubble";
import { rows, type Row } from "./entry";
import { EventLine } from "./eventline";
import type { Thread } from "./messages";
import s from "./thread.module.css";

interface Props {
  thread: Thread;
  name: string;
  unreadFrom: string | null;
  /** Message to show, from the address. */
  goTo: string | undefined;
  onReply: (m: Message) => void;
  /** Is told when the end comes into sight, and when it leaves it. */
  onEnd: (there: boolean) => void;
}

export function Scroller(props: Props) {
  const [element, setElement] = createSignal<HTMLDivElement>();
  const [found, setFound] = createSignal("");
  const [away, setAway] = createSignal(false);
  let drawn: Row[] = [];
  // Letters of 7.2 px, less what stands beside and around them on a phone.
  const columns = Math.min(72, Math.floor((window.innerWidth - 90) / 7.2));
  const list = createMemo(() => (drawn = rows(props.thread.entries(), props.unreadFrom, columns)));

  const byKey = createMemo(() => new Map(list().map((r) => [r.key, r])));

  const virtual = createVirtual({
    keys: createMemo(() => list().map((r) => r.key)),
    scroller: element,
    height: (i) => drawn[i]?.height ?? 38,
    spare: 10,
    fromEnd: true,
    padding: [12, 8],
  });

  // At first, and after each thing that we write ourselves: to the end.
  let started = false;
  createEffect(
    on([list, element], ([all, el]) => {
      if (started || !el || all.length === 0) return;
      started = true;
      queueMicrotask(() => {
        if (props.goTo) return go(props.goTo);
        // More unread than fit on the screen are read from the first of them on.
        const from = all.findIndex((r) => r.key === props.unreadFrom);
        const below = from < 0 ? 0 : virtual.total() - all.slice(0, from).reduce((sum, r) => sum + r.height, 0);
        if (below <= el.clientHeight) {
          virtual.toEnd();
          stand(true);
        } else {
          stand(false);
          setSeen(all[from - 1]?.key ?? "");
          virtual.toIndex(from, "start");
        }
      });
    }),
  );
  onMount(() => list().length === 0 && stand(true));
  createEffect(
    on(
      () => props.thread.entries().filter((e) => e.sending === "sending").length,
      (n, before) => {
        if (before !== undefined && n > before) queueMicrotask(() => virtual.toEnd());
      },
    ),
  );
  createEffect(on(() => props.goTo, (id) => id && started && go(id), { defer: true }));

  let atEnd = true;
  const stand = (there: boolean) => {
    atEnd = there;
    if (there) setSeen(list().at(-1)?.key ?? "");
    props.onEnd(there);
  };
  /** Row that was the last when the end was in sight; what came in behind it has not been seen. */
  const [seen, setSeen] = createSignal<string>();
  const below = createMemo(() => {
    const from = seen();
    if (from === undefined || !away()) return 0;
    let n = 0;
    for (let i = list().length - 1; i >= 0 && list()[i]!.key !== from; i -= 1) if (list()[i]!.entry.message?.direction === "inbound") n += 1;
    return n;
  });
  // Heights turn out otherwise than was thought, files come in: who stands at the end stays there.
  createEffect(on(virtual.total, () => started && atEnd && queueMicrotask(() => atEnd && virtual.toEnd()), { defer: true }));
  let shown = 0;
  let top = 0;
  const onScroll = () => {
    const el = element();
    if (!el) return;
    const left = virtual.total() - el.scrollTop - shown;
    // Only who goes up leaves the end: what grows below it is followed.
    if (left < 60) stand(true);
    else if (!atEnd || el.scrollTop < top - 1) stand(false);
    top = el.scrollTop;
    setAway(left > (below() > 0 ? 60 : 400));
    if (el.scrollTop < 900 && props.thread.hasOlder()) void props.thread.more();
  };
  // The field below grows, a phone shows its keyboard: who was at the end stays there.
  createEffect(() => {
    const el = element();
    if (!el) return;
    shown = el.clientHeight;
    const resized = new ResizeObserver(() => {
      if (atEnd && el.clientHeight !== shown && started) virtual.toEnd();
      shown = el.clientHeight;
    });
    resized.observe(el);
    onCleanup(() => resized.disconnect());
  });

  // A page that does not fill the pane, or holds only what is not shown, is followed by the next.
  createEffect(
    on(props.thread.entries, () => {
      setTimeout(() => {
        const el = element();
        if (el && props.thread.hasOlder() && (el.scrollTop < 300 || virtual.total() < el.clientHeight + 300)) void props.thread.more();
      }, 60);
    }),
  );

  /** Shows a message, fetching older ones until it is there: fifty pages, at most. */
  async function find(id: string): Promise<void> {
    for (let i = 0; i < 50 && !props.thread.find(id) && props.thread.hasOlder(); i += 1) await props.thread.more();
    const key = props.thread.find(id)?.key;
    const at = key === undefined ? -1 : list().findIndex((r) => r.key === key);
    if (at < 0) return tell(t("inbox.message_not_found"));
    atEnd = false;
    virtual.toIndex(at, "center");
    setFound(key!);
    setTimeout(() => setFound((k) => (k === key ? "" : k)), 2500);
  }
  const go = (id: string) => void find(id);

  return (
    <div class={s.stage}>
      <div class={s.scroll} ref={setElement} onScroll={onScroll} tabindex="0" role="log" aria-label={t("inbox.messages_of", { name: props.name })} aria-live="off">
        <div class={s.sizer} style={{ height: `${virtual.total()}px` }}>
          <For each={virtual.visible()}>
            {(key) => (
              <Show when={byKey().get(key)}>
                {(row) => (
                  <div class={s.row} data-index={virtual.at(key)?.index} ref={virtual.measure} style={{ top: `${virtual.at(key)?.start ?? 0}px` }}>
                    <RowView row={row()} found={found()} go={go} thread={props.thread} name={props.name} onReply={props.onReply} />
                  </div>
                )}
              </Show>
            )}
          </For>
        </div>
      </div>
      <Show when={away()}>
        <button type="button" class={s.down} aria-label={below() > 0 ? `${t("inbox.to_end")}: ${tn("inbox.new_below", below())}` : t("inbox.to_end")} title={t("inbox.to_end")} onClick={() => virtual.toEnd(true)}>
          <Show when={below() > 0}>
            <span>{tn("inbox.new_below", below(), { count: number(below()) })}</span>
          </Show>
          <ArrowDownIcon size={20} />
        </button>
      </Show>
    </div>
  );
}

function RowView(props: Pick<Props, "thread" | "name" | "onReply"> & { row: Row; found: string; go: (id: string) => void }) {
  return (
    <>
      <Show when={props.row.day}>
        <p class={s.day}>
          <span>{dayName(props.row.entry.at)}</span>
        </p>
      </Show>
      <Show when={props.row.unread}>
        <p class={s.unread}>
          <span>{t("inbox.unread_from_here")}</span>
        </p>
      </Show>
      <Show when={props.row.entry.message} fallback={<Show when={props.row.entry.event}>{(e) => <EventLine event={e()} />}</Show>}>
        {(m) => (
          <Bubble
            entry={props.row.entry}
            message={m()}
            first={props.row.first}
            last={props.row.last}
            thread={props.thread}
            name={props.name}
            found={props.found === props.row.key}
            onReply={props.onReply}
            onGo={props.go}
          />
        )}
      </Show>
    </>
  );
}
