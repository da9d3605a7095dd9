// The middle pane: a conversation, read when it is looked at.
import { Show, createEffect, createSignal, on, onCleanup } from "solid-js";
import { json } from "../../../api/client";
import type { Conversation } from "../../../api/contract";
import type { Message } from "../../../api/types";
import { t } from "../../../i18n";
import { Failed, Skeleton } from "../../../parts/state";
import { tellViewing } from "../viewing";
import { nameOf, preview } from "../words";
import { Composer } from "../composer/composer";
import { replyOf } from "../composer/draft";
import { ThreadHeader } from "./header";
import { createThread } from "./messages";
import { Scroller } from "./scroller";
import s from "./thread.module.css";

export function ThreadPane(props: {
  conversation: Conversation;
  back: string;
  goTo: string | undefined;
  profileOpen: boolean;
  onProfile: () => void;
  /** Goes on to the next conversation. */
  onNext: () => void;
  onChanged: (c?: Conversation) => void;
}) {
  const c = () => props.conversation;
  const name = () => nameOf(c());
  const thread = createThread(c().id, name, c().unread === 0);
  tellViewing(c().id);
  const reply = replyOf(c().id);
  const [replyTo, setReplyTo] = createSignal<Message | null>(reply.read());
  createEffect(on(replyTo, reply.write, { defer: true }));
  const [unreadFrom, setUnreadFrom] = createSignal<string | null>(null);

  // The line "unread" stands where it stood when the conversation was opened.
  const unreadAtFirst = c().unread;
  createEffect(
    on(thread.loading, (loading) => {
      if (loading || unreadAtFirst === 0) return;
      const inbound = thread.entries().filter((e) => e.message?.direction === "inbound");
      setUnreadFrom(inbound[Math.max(0, inbound.length - unreadAtFirst)]?.key ?? null);
    }),
  );

  // Read is what somebody had before their eyes: the tab in front, the end of the conversation in sight.
  let telling = false;
  /** Whether the end of the conversation is in sight. */
  const [atEnd, setAtEnd] = createSignal(false);
  /** The newest that had come when somebody marked it as unread: it rests until something newer is there. */
  let rests: string | undefined;
  const newest = () => thread.entries().findLast((e) => e.message?.direction === "inbound")?.message;
  const tellRead = () => {
    if (telling || c().unread === 0 || thread.loading() || !atEnd() || document.visibilityState !== "visible" || !document.hasFocus()) return;
    const last = newest();
    if (rests !== undefined && rests === (last?.id ?? "")) return;
    telling = true;
    json<Conversation>("POST", `/conversations/${c().id}/read`, { body: last ? { up_to: last.id } : {} })
      .then(props.onChanged)
      .catch(() => undefined)
      .finally(() => (telling = false));
  };
  createEffect(on([() => c().unread, thread.loading, thread.entries, atEnd], () => tellRead()));
  window.addEventListener("focus", tellRead);
  document.addEventListener("visibilitychange", tellRead);
  onCleanup(() => {
    window.removeEventListener("focus", tellRead);
    document.removeEventListener("visibilitychange", tellRead);
  });

  // Said to who does not see the screen: what comes in while this is open.
  const [heard, setHeard] = createSignal("");
  createEffect(
    on(
      () => (thread.loading() ? undefined : (newest()?.id ?? "")),
      (id, before) => {
        if (id && before !== undefined && id !== before) setHeard(`${name()}: ${preview(newest()!)}`);
      },
    ),
  );

  let section!: HTMLElement;
  let takeFiles: (list: FileList | null | undefined) => boolean = () => false;
  const [dragging, setDragging] = createSignal(false);

  return (
    <section
      ref={section}
      class={s.thread}
      onDragOver={(e) => {
        if (![...(e.dataTransfer?.types ?? [])].includes("Files")) return;
        e.preventDefault();
        setDragging(true);
      }}
      onDragLeave={(e) => !section.contains(e.relatedTarget as Node | null) && setDragging(false)}
      onDrop={(e) => {
        setDragging(false);
        if (takeFiles(e.dataTransfer?.files)) e.preventDefault();
      }}
      aria-label={t("inbox.conversation_with", { name: name() })}>
      <ThreadHeader conversation={c()} back={props.back} profileOpen={props.profileOpen} onProfile={props.onProfile} onUnread={() => (rests = newest()?.id ?? "")} onChanged={props.onChanged} />
      <Show when={!thread.error() || thread.entries().length > 0} fallback={<Failed error={thread.error()} onRetry={() => void thread.reload()} />}>
        <Show when={thread.shown()} fallback={<div class={s.stage}><Skeleton lines={6} /></div>}>
          <Scroller thread={thread} name={name()} unreadFrom={unreadFrom()} goTo={props.goTo} onReply={setReplyTo} onEnd={setAtEnd} />
        </Show>
      </Show>
      <p class="sr" aria-live="polite">
        {heard()}
      </p>
      <Composer conversation={c()} thread={thread} name={name()} replyTo={replyTo()} onReplyDone={() => setReplyTo(null)} onSaved={() => props.onChanged()} onNext={props.onNext} onFiles={(take) => (takeFiles = take)} />
      <Show when={dragging()}>
        <p class={s.veil}>{t("inbox.drop_here")}</p>
      </Show>
    </section>
  );
}
