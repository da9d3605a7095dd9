// One message: whose, what, when, how far it came; what can be done with it.
import { For, Show, createMemo, createSignal } from "solid-js";
import { api, call } from "../../../api/client";
import { Problem, explain } from "../../../api/problem";
import type { Message } from "../../../api/types";
import { whatsappWords } from "../../../api/whatsapp";
import { channelById, isStopped, memberById } from "../../../data/reference";
import { moreWords, t, tx, wordsAreThere } from "../../../i18n";
import { clock, dateTime, now } from "../../../i18n/format";
import { AlertIcon, CopyIcon, MoreIcon, NoteIcon, PhoneIcon, ReplyIcon, RetryIcon, TrashIcon } from "../../../parts/icons";
import { Menu, type MenuItem } from "../../../parts/menu";
import { tell, tellError } from "../../../parts/toast";
import { preview } from "../words";
import { Content } from "./content";
import type { Entry } from "./entry";
import type { Thread } from "./messages";
import { Ticks } from "./ticks";
import b from "../../../parts/button.module.css";
import s from "./bubble.module.css";

interface Props {
  entry: Entry;
  message: Message;
  first: boolean;
  last: boolean;
  thread: Thread;
  name: string;
  found: boolean;
  onReply: (m: Message) => void;
  onGo: (id: string) => void;
}

export function Bubble(props: Props) {
  const m = () => props.message;
  const side = () => m().direction;
  const author = createMemo(() => {
    if (side() === "inbound") return "";
    if (m().source === "phone") return t("inbox.from_phone");
    if (m().actor.type === "member") return memberById(m().actor.id)?.name ?? "";
    return tx("inbox", `actor_${m().actor.type}`, "");
  });
  const when = createMemo(() => dateTime(m().sent_at));
  const reactions = () => m().reactions.filter((r) => r.emoji);
  // A clock that stands for longer than a slow line would let it.
  const waits = () => {
    const channel = channelById(m().channel_id);
    return /^(queued|sending)$/.test(m().status) && !props.entry.sending && ((channel && isStopped(channel)) || now() - Date.parse(m().created_at) > 60_000);
  };
  const failed = () => props.entry.sending === "failed" || m().status === "failed" || m().status === "unknown";

  return (
    <article
      class={`${s.message} ${s[side()]}`}
      classList={{ [s.first!]: props.first, [s.last!]: props.last, [s.found!]: props.found, [s.pending!]: props.entry.sending === "sending", [s.reacted!]: reactions().length > 0 }}
      aria-label={`${side() === "inbound" ? props.name : author() || t("inbox.we")}, ${when()}`}
    >
      <div class={s.bubble}>
        <Show when={props.first && author()}>
          <p class={s.author}>
            <Show when={side() === "note"}>
              <NoteIcon size={13} />
            </Show>
            <Show when={m().source === "phone"}>
              <PhoneIcon size={13} />
            </Show>
            {side() === "note" ? t("inbox.note_by", { name: author() }) : author()}
          </p>
        </Show>
        <Show when={m().reply_to}>{(id) => <Quote id={id()} thread={props.thread} name={props.name} onGo={props.onGo} />}</Show>
        <Content message={m()} />
        <p class={s.foot}>
          <Show when={m().edited_at && !m().deleted_at}>
            <span>{t("inbox.edited")}</span>
          </Show>
          <time dateTime={m().sent_at} title={when()}>
            {clock(m().sent_at)}
          </time>
          <Show when={side() === "outbound"}>
            <Show when={waits()}>
              <span>{t("inbox.waits")}</span>
            </Show>
            <Ticks status={props.entry.sending === "failed" ? "failed" : m().status} />
          </Show>
        </p>
        <Show when={reactions().length > 0}>
          <p class={s.reactions}>
            <For each={reactions()}>
              {(r) => (
                <span role="img" aria-label={t("inbox.reaction", { emoji: r.emoji, name: r.reactor === "contact" ? props.name : t("inbox.we") })} title={r.reactor === "contact" ? props.name : t("inbox.we")}>
                  {r.emoji}
                </span>
              )}
            </For>
          </p>
        </Show>
      </div>
      <Show when={!props.entry.sending}>
        <Actions {...props} />
      </Show>
      <Show when={failed()}>
        <Failure entry={props.entry} message={m()} thread={props.thread} />
      </Show>
    </article>
  );
}

function Quote(props: { id: string; thread: Thread; name: string; onGo: (id: string) => void }) {
  const quoted = () => props.thread.find(props.id)?.message;
  return (
    <button type="button" class={s.quote} onClick={() => props.onGo(props.id)}>
      <Show when={quoted()} fallback={<span class={s.quoteText}>{t("inbox.earlier_message")}</span>}>
        {(q) => (
          <>
            <span class={s.quoteWho}>{q().direction === "inbound" ? props.name : t("inbox.we")}</span>
            <span class={s.quoteText}>{preview(q())}</span>
          </>
        )}
      </Show>
    </button>
  );
}

const QUICK = ["👍", "❤️", "😂", "🙏"];

function Actions(props: Props) {
  const m = () => props.message;
  const react = (emoji: string) => {
    const mine = m().reactions.find((r) => r.reactor === "business")?.emoji;
    const body = { contact_id: m().contact_id, reaction: { message_id: m().id, emoji: mine === emoji ? null : emoji } };
    call(api.POST("/api/v1/messages", { params: { header: { "Idempotency-Key": crypto.randomUUID() } }, body })).catch(tellError);
  };
  const items = (): MenuItem[] => [
    ...(m().direction === "note" ? [] : [{ label: t("inbox.reply"), icon: <ReplyIcon />, run: () => props.onReply(m()) }]),
    ...(m().direction === "inbound" ? QUICK.map((emoji, i) => ({ label: t("inbox.react", { emoji }), apart: i === 0, run: () => react(emoji) })) : []),
    ...(m().body
      ? [{ label: t("inbox.copy_text"), icon: <CopyIcon />, apart: true, run: () => void navigator.clipboard.writeText(m().body).then(() => tell(t("common.copied")), tellError) }]
      : []),
  ];
  return (
    <div class={s.actions}>
      <Show when={m().direction !== "note"}>
        <button type="button" class={`${b.icon} ${b.small}`} aria-label={t("inbox.reply")} title={t("inbox.reply")} onClick={() => props.onReply(m())}>
          <ReplyIcon size={15} />
        </button>
      </Show>
      <Menu label={t("inbox.message_menu")} items={items()} class={s.more} iconOnly>
        <MoreIcon size={15} />
      </Menu>
    </div>
  );
}

/** Why it did not go out, what helps, and another try. */
function Failure(props: { entry: Entry; message: Message; thread: Thread }) {
  const m = () => props.message;
  const here = () => props.entry.sending === "failed";
  // The words for it may be on their way still: the server's own are in English.
  const [without, setWithout] = createSignal(false);
  moreWords().catch(() => setWithout(true));
  const why = () => {
    if (here() && !props.entry.problem) return t("inbox.unknown_sent");
    if (!wordsAreThere() && !(props.entry.problem instanceof Problem && props.entry.problem.status === 0)) return without() ? t("inbox.failed") : "";
    if (here()) return explain(props.entry.problem);
    const e = m().error;
    const unknown = m().status === "unknown" ? t("inbox.unknown_fate") : "";
    const ours = e && whatsappWords(e.code);
    return ours || [e?.title ?? e?.details ?? unknown, e?.advice].filter(Boolean).join(" ") || t("inbox.failed");
  };
  const retry = () => {
    if (here()) return props.thread.again(props.entry.key);
    call(api.POST("/api/v1/messages/{id}/retry", { params: { path: { id: m().id } } })).then(props.thread.take, tellError);
  };
  const discard = () => {
    if (here()) return props.thread.forget(props.entry.key);
    call(api.POST("/api/v1/messages/{id}/discard", { params: { path: { id: m().id } } })).then(props.thread.take, tellError);
  };
  return (
    <Show when={why()}>
      <div class={s.failure} role="alert">
        <AlertIcon size={15} />
        <span>{why()}</span>
        <div class={s.ways}>
          <button type="button" onClick={retry}>
            <RetryIcon size={14} />
            {t("inbox.retry")}
          </button>
          <button type="button" onClick={discard}>
            <TrashIcon size={14} />
            {t("inbox.discard")}
          </button>
        </div>
      </div>
    </Show>
  );
}
