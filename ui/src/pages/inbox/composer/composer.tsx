// Where one writes. The text lives in the field and in the draft; no key waits for anything.
import { Show, Suspense, createEffect, createMemo, createSignal, lazy, on, onCleanup } from "solid-js";
import type { CannedReply, Conversation } from "../../../api/contract";
import type { Message } from "../../../api/types";
import { channelById, memberById, reference } from "../../../data/reference";
import { moreWords, t } from "../../../i18n";
import { clock, duration, now, number } from "../../../i18n/format";
import { useShortcuts } from "../../../keys/registry";
import { Button, IconButton } from "../../../parts/button";
import { BanIcon, ClockIcon, CloseIcon, NoteIcon, PaperclipIcon, SendIcon, TemplateIcon, UsersIcon } from "../../../parts/icons";
import { me } from "../../../session";
import { tellTyping } from "../typing";
import { preview } from "../words";
import type { Thread } from "../thread/messages";
import { filled, matching, slashed } from "./canned";
import { CannedList } from "./cannedlist";
import { draftOf, noteDraft } from "./draft";
import { EmojiPicker } from "./emoji";
import { Tray } from "./tray";
import { uploadsFor } from "./uploads";
import { windowOf } from "./window";
import s from "./composer.module.css";

const TemplatePicker = lazy(async () => ({ default: (await Promise.all([import("./templates"), moreWords()]))[0].TemplatePicker }));
const LIMIT = 4096;

interface Props {
  conversation: Conversation;
  thread: Thread;
  name: string;
  replyTo: Message | null;
  onReplyDone: () => void;
  /** The draft on the server is another one. */
  onSaved: () => void;
}

export function Composer(props: Props) {
  const c = () => props.conversation;
  const contact = c().id;
  const draft = draftOf(contact, () => props.onSaved());
  const noted = noteDraft(contact);
  const [text, setText] = createSignal(draft.read(c().draft));
  const [note, setNote] = createSignal(false);
  const [picking, setPicking] = createSignal(false);
  const [at, setAt] = createSignal(0);
  const uploads = uploadsFor(c().id, c().channel_id);
  let field!: HTMLTextAreaElement;
  let file!: HTMLInputElement;

  // A template sent, a message come in: the window may be another one each half minute.
  const window_ = createMemo(() => windowOf(c(), now()));
  /** Its channel is archived: nothing goes out by it any more, templates neither. */
  const gone = () => reference.ready && !channelById(c().channel_id);
  const shut = () => !note() && (window_().kind === "shut" || c().blocked || gone());
  const word = () => (note() ? null : slashed(text()));
  const found = () => (word() === null ? [] : matching(reference.canned, word()!));

  // Somebody else answered since this was begun: said, so that two do not answer over each other.
  /** What was the newest here when it was begun, by the server's clock. */
  const [begunAt, setBegunAt] = createSignal<string | null>(null);
  const newestAt = () => props.thread.entries().reduce((at, e) => (e.message && !e.sending && e.message.created_at > at ? e.message.created_at : at), "");
  const overtaken = createMemo(() => {
    const begun = begunAt();
    if (note() || begun === null) return undefined;
    return props.thread.entries().findLast((e) => {
      const m = e.message;
      return m?.direction === "outbound" && m.actor.type === "member" && m.actor.id !== me().id && m.created_at > begun;
    })?.message;
  });

  // Another device may have sent it, or gone on with it.
  const look = () =>
    void draft.check().then(
      (there) => there !== undefined && !note() && setText(there),
      () => undefined,
    );
  look();
  createEffect(on(() => c().draft, (there) => (there ?? "") !== draft.read(there) && look(), { defer: true }));

  const leave = () => draft.flush();
  window.addEventListener("pagehide", leave);
  window.addEventListener("focus", look);
  onCleanup(() => {
    window.removeEventListener("pagehide", leave);
    window.removeEventListener("focus", look);
    draft.flush();
    tellTyping(contact, "stopped");
    uploads.clear();
  });

  const grow = () => {
    // Where the style sheet can do it (field-sizing), it does, also when the window changes.
    if (CSS.supports("field-sizing", "content")) return;
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight + 2, 220)}px`;
  };
  createEffect(on([text, note], () => queueMicrotask(grow)));
  createEffect(on(() => props.replyTo, (m) => m && field.focus()));

  function typed(next: string): void {
    setText(next);
    if (!next) setBegunAt(null);
    else if (begunAt() === null) setBegunAt(newestAt());
    setAt(0);
    // A note's draft would appear as a message's one day: it is kept apart.
    if (note()) return noted.write(next);
    draft.write(next);
    if (next) tellTyping(contact, "typing");
    else tellTyping(contact, "stopped");
  }

  function insert(piece: string): void {
    const from = field.selectionStart;
    const next = text().slice(0, from) + piece + text().slice(field.selectionEnd);
    typed(next);
    queueMicrotask(() => {
      field.focus();
      field.setSelectionRange(from + piece.length, from + piece.length);
    });
  }

  function pick(reply: CannedReply): void {
    typed(filled(reply.text, c().name, me().first_name || me().name));
    queueMicrotask(() => field.focus());
  }

  function send(): void {
    const said = text().trim();
    if (said.length > LIMIT) return;
    if (note()) {
      if (!said) return;
      props.thread.send({ note: said }, null);
      noted.write("");
      setNote(false);
      setText(draft.read(c().draft));
      return;
    }
    if (shut()) return;
    const files = uploads.uploads();
    if (files.length > 0) {
      if (!uploads.ready()) return;
      // The text goes with the first file that can carry one.
      const carrier = said.length <= 1024 ? files.find((u) => u.kind !== "audio") : undefined;
      if (said && !carrier) sendText(said);
      for (const u of files) {
        const inner: Record<string, unknown> = { media_id: u.media!.id };
        if (u === carrier && said) inner.caption = said;
        if (u.kind === "document") inner.file_name = u.file.name.slice(0, 255);
        props.thread.send({ content: { [u.kind]: inner }, preview: { type: u.kind, body: u === carrier ? said : "" } }, props.replyTo?.id ?? null);
      }
      uploads.clear();
    } else {
      if (!said) return;
      sendText(said);
    }
    setText("");
    setBegunAt(null);
    draft.clear();
    tellTyping(contact, "stopped");
    props.onReplyDone();
  }
  const sendText = (said: string) =>
    props.thread.send({ content: { text: said }, preview: { type: "text", body: said } }, props.replyTo?.id ?? null);

  function onKeyDown(e: KeyboardEvent): void {
    if (e.isComposing) return;
    const choosing = found().length > 0;
    if (choosing && (e.key === "ArrowDown" || e.key === "ArrowUp")) {
      e.preventDefault();
      setAt((at() + (e.key === "ArrowDown" ? 1 : -1) + found().length) % found().length);
    } else if (choosing && (e.key === "Enter" || e.key === "Tab")) {
      e.preventDefault();
      pick(found()[at()]!);
    } else if (e.key === "Enter" && !e.shiftKey && !e.altKey && !touch()) {
      e.preventDefault();
      send();
    } else if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
      e.preventDefault();
      send();
    } else if (e.key === "Escape") {
      e.preventDefault();
      if (word() !== null) typed("");
      else if (props.replyTo) props.onReplyDone();
      else if (note()) mode(false);
      else field.blur();
    }
  }
  // On a touch screen Enter is a new line, since there is a button for sending under the thumb.
  const touch = () => matchMedia("(pointer: coarse)").matches;

  function mode(next: boolean): void {
    setNote(next);
    setText(next ? noted.read() : draft.read(c().draft));
    queueMicrotask(() => field.focus());
  }

  const files = (list: FileList | null | undefined): boolean => {
    if (!list || list.length === 0 || note() || shut()) return false;
    uploads.add(list);
    field.focus();
    return true;
  };
  const [dragging, setDragging] = createSignal(false);

  const group = () => t("inbox.conversation");
  useShortcuts(
    { keys: "r", label: () => t("inbox.key_write"), group, run: () => (mode(false), field.focus()) },
    { keys: "n", label: () => t("inbox.key_note"), group, run: () => mode(true) },
    { keys: "t", label: () => t("inbox.choose_template"), group, run: () => !c().blocked && !gone() && setPicking(true) },
  );

  return (
    <footer
      class={s.composer}
      classList={{ [s.noting!]: note(), [s.dragging!]: dragging() }}
      onDragOver={(e) => {
        if (![...(e.dataTransfer?.types ?? [])].includes("Files")) return;
        e.preventDefault();
        setDragging(true);
      }}
      onDragLeave={() => setDragging(false)}
      onDrop={(e) => {
        setDragging(false);
        if (files(e.dataTransfer?.files)) e.preventDefault();
      }}
    >
      <Show when={props.replyTo && !note()}>
        <div class={s.reply}>
          <span class="clip">
            <strong>{props.replyTo!.direction === "inbound" ? props.name : t("inbox.we")}</strong> {preview(props.replyTo!)}
          </span>
          <IconButton label={t("inbox.no_reply")} small onClick={() => props.onReplyDone()}>
            <CloseIcon size={15} />
          </IconButton>
        </div>
      </Show>
      <Show when={overtaken()}>
        {(m) => (
          <p class={s.overtaken} role="status">
            <UsersIcon size={15} />
            {t("inbox.overtaken", { name: memberById(m().actor.id)?.name ?? t("inbox.actor_member"), time: clock(m().sent_at) })}
          </p>
        )}
      </Show>
      <Show when={!note()}>
        <Tray uploads={uploads} />
      </Show>
      <Show when={word() !== null}>
        <CannedList word={word()!} at={at()} onPick={pick} />
      </Show>
      <Show when={shut()}>
        <div class={s.shut}>
          <Show
            when={!c().blocked && !gone()}
            fallback={
              <span>
                <BanIcon size={16} /> {t(gone() ? "inbox.channel_gone" : "inbox.blocked_text")}
              </span>
            }
          >
            <span>
              <ClockIcon size={16} />
              <span>
                {t(c().service_window_ends_at ? "inbox.window_shut" : "inbox.window_never")}
                <Show when={text().trim()}> {t("inbox.draft_kept")}</Show>
              </span>
            </span>
            <Button look="primary" icon={<TemplateIcon size={16} />} onClick={() => setPicking(true)}>
              {t("inbox.choose_template")}
            </Button>
          </Show>
        </div>
      </Show>
      <div class={s.box} classList={{ [s.off!]: shut() }}>
        <textarea
          ref={field}
          rows={1}
          class={s.field}
          aria-label={note() ? t("inbox.note_for_team") : t("inbox.write_to", { name: props.name })}
          placeholder={note() ? t("inbox.note_hint") : touch() ? t("inbox.write_short") : t("inbox.write")}
          value={text()}
          aria-controls={word() !== null ? "canned" : undefined}
          aria-activedescendant={found().length > 0 ? `canned-${at()}` : undefined}
          disabled={shut()}
          onInput={(e) => typed(e.currentTarget.value)}
          onKeyDown={onKeyDown}
          onPaste={(e) => {
            if (files(e.clipboardData?.files)) e.preventDefault();
          }}
        />
        <IconButton
          class={s.send}
          label={note() ? t("inbox.save_note") : t("inbox.send")}
          disabled={shut() || text().trim().length > LIMIT || (!text().trim() && (note() || !uploads.ready())) || (!note() && uploads.uploads().length > 0 && !uploads.ready())}
          onClick={send}
        >
          <SendIcon size={19} />
        </IconButton>
      </div>
      <div class={s.tools}>
        <IconButton label={t("inbox.attach")} disabled={note() || shut()} onClick={() => file.click()}>
          <PaperclipIcon size={19} />
        </IconButton>
        <input ref={file} type="file" multiple hidden onChange={(e) => (files(e.currentTarget.files), (e.currentTarget.value = ""))} />
        <EmojiPicker onPick={insert} disabled={shut()} />
        <IconButton label={t("inbox.choose_template")} disabled={c().blocked || gone()} onClick={() => setPicking(true)}>
          <TemplateIcon size={19} />
        </IconButton>
        <IconButton label={t("inbox.note_mode")} pressed={note()} onClick={() => mode(!note())}>
          <NoteIcon size={19} />
        </IconButton>
        <span class={s.state}>
          <Show when={text().length > LIMIT - 300}>
            <span classList={{ [s.over!]: text().length > LIMIT }}>{number(LIMIT - text().length)}</span>
          </Show>
          <Show when={note()}>
            <strong>{t("inbox.note_hint")}</strong>
          </Show>
          <Show when={!note() && !shut() && window_().kind === "open" && window_()}>
            {(w) => {
              const left = () => (w() as { left: number }).left;
              return (
                <span class={s.window} classList={{ [s.soon!]: left() < 2 * 3_600_000 }} title={t("inbox.window_title")}>
                  <ClockIcon size={14} />
                  <span class={s.long}>{t("inbox.window_left", { time: duration(left()) })}</span>
                  <span class={s.short} aria-hidden="true">
                    {duration(left())}
                  </span>
                </span>
              );
            }}
          </Show>
        </span>
      </div>
      <Suspense>
        <Show when={picking()}>
          <TemplatePicker
            channel={c().channel_id}
            contactName={c().name}
            onClose={() => setPicking(false)}
            onSend={(template, body) => props.thread.send({ content: { template }, preview: { type: "template", body } }, null)}
          />
        </Show>
      </Suspense>
    </footer>
  );
}
