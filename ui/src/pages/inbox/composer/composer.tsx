// Where one writes. The text lives in the field and in the draft; no key waits for anything.
import { A } from "@solidjs/router";
import { Show, Suspense, createEffect, createMemo, createSignal, lazy, on, onCleanup, onMount } from "solid-js";
import type { CannedReply, Conversation } from "../../../api/contract";
import type { Message } from "../../../api/types";
import { channelById, isStopped, memberById, reference } from "../../../data/reference";
import { moreWords, t, tn, tx } from "../../../i18n";
import { clock, duration, now, number } from "../../../i18n/format";
import { useShortcuts } from "../../../keys/registry";
import { Button, IconButton } from "../../../parts/button";
import { AlertIcon, BanIcon, ClockIcon, CloseIcon, NoteIcon, PaperclipIcon, SendIcon, TemplateIcon, UsersIcon } from "../../../parts/icons";
import { Over } from "../../../parts/over";
import { tell } from "../../../parts/toast";
import { me, may } from "../../../session";
import { tellTyping } from "../typing";
import { preview } from "../words";
import type { Thread } from "../thread/messages";
import { filled, matching, slashed, type Slashed } from "./canned";
import { CannedList } from "./cannedlist";
import { draftOf, noteDraft } from "./draft";
import { EmojiPicker } from "./emoji";
import { Tray } from "./tray";
import { uploadsFor } from "./uploads";
import { windowOf } from "./window";
import s from "./composer.module.css";

const TemplatePicker = lazy(async () => ({ default: (await Promise.all([import("./templates"), moreWords()]))[0].TemplatePicker }));
const LIMIT = 4096;
/** Whether the next composer takes the focus. */
let writesOn = false;

interface Props {
  conversation: Conversation;
  thread: Thread;
  name: string;
  replyTo: Message | null;
  onReplyDone: () => void;
  /** The draft on the server is another one. */
  onSaved: () => void;
  /** Goes on to the next conversation. */
  onNext: () => void;
  /** Is given what takes files from elsewhere on the screen; it says whether it did. */
  onFiles: (take: (list: FileList | null | undefined) => boolean) => void;
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
  const channel = () => channelById(c().channel_id);
  const stopped = () => {
    const it = channel();
    return it && isStopped(it) && !c().blocked ? it : undefined;
  };
  /** Whether its channel knows templates. */
  const templates = () => /^(whatsapp|playground)$/.test(channel()?.type ?? c().platform);
  const shut = () => !note() && (window_().kind === "shut" || c().blocked || gone());
  /** The slash and what follows it, up to the caret. Within a text only where a ready answer is called so. */
  const [caret, setCaret] = createSignal(0);
  /** Where a slash stands whose list was closed: it is text. */
  const [plainAt, setPlainAt] = createSignal<number | null>(null);
  const word = createMemo((): Slashed | null => {
    const at = note() ? null : slashed(text().slice(0, caret()));
    return at && at.from !== plainAt() && (at.from === 0 ? caret() === text().length : matching(reference.canned, at.word).length > 0) ? at : null;
  });
  const found = () => (word() === null ? [] : matching(reference.canned, word()!.word));

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
      (there) => {
        if (there === undefined) return;
        if (!note()) setText(there);
        // It was sent there, and what it answers with it.
        if (!there) props.onReplyDone();
      },
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
  });

  const grow = () => {
    // Where the style sheet can do it (field-sizing), it does, also when the window changes.
    if (CSS.supports("field-sizing", "content")) return;
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight + 2, 220)}px`;
  };
  createEffect(on([text, note], () => queueMicrotask(grow)));
  // Not of one that stood there from before: nobody asked for it just now.
  createEffect(on(() => props.replyTo, (m) => m && field.focus(), { defer: true }));

  function typed(next: string, at = next.length): void {
    setText(next);
    setCaret(at);
    if (next[plainAt() ?? 0] !== "/") setPlainAt(null);
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
    put(next, from + piece.length);
  }
  function put(next: string, at: number): void {
    typed(next, at);
    queueMicrotask(() => {
      field.focus();
      field.setSelectionRange(at, at);
    });
  }

  function pick(reply: CannedReply): void {
    const from = word()?.from ?? 0;
    const piece = filled(reply.text, c().name, me().first_name || me().name);
    put(text().slice(0, from) + piece + text().slice(caret()), from + piece.length);
  }

  /** Letters as the server counts them, of a text that may be too long. */
  const left = createMemo(() => (text().length > LIMIT - 300 ? LIMIT - [...text().trim()].length : 300));

  function send(): void {
    const said = text().trim();
    if (left() < 0) return;
    // The button takes the focus with it when there is nothing more to send; what is typed next belongs here.
    if (!touch()) field.focus();
    if (note()) {
      if (!said) return;
      props.thread.send({ note: said }, null);
      noted.write("");
      setNote(false);
      setText(draft.read(c().draft));
      // Where nothing can be written to them, keys are free again.
      if (shut()) field.blur();
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
    setPlainAt(null);
    setBegunAt(null);
    draft.clear();
    tellTyping(contact, "stopped");
    props.onReplyDone();
  }
  const sendText = (said: string) =>
    props.thread.send({ content: { text: said }, preview: { type: "text", body: said } }, props.replyTo?.id ?? null);

  /** Whoever sends and goes on writes on. */
  const sendAndGoOn = () => {
    send();
    writesOn = true;
    props.onNext();
  };
  onMount(() => {
    if (writesOn) field.focus();
    writesOn = false;
  });

  function onKeyDown(e: KeyboardEvent): void {
    // The last of these is a shortcut, in the sheet with the others.
    if (e.isComposing || (e.key === "Enter" && e.shiftKey && (e.ctrlKey || e.metaKey))) return;
    const choosing = found().length > 0;
    if (choosing && (e.key === "ArrowDown" || e.key === "ArrowUp")) {
      e.preventDefault();
      setAt((at() + (e.key === "ArrowDown" ? 1 : -1) + found().length) % found().length);
    } else if (choosing && (e.key === "Enter" || e.key === "Tab")) {
      e.preventDefault();
      pick(found()[at()]!);
    } else if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
      e.preventDefault();
      send();
    } else if (e.key === "Enter" && !e.shiftKey && !e.altKey && !touch()) {
      e.preventDefault();
      // A ready answer that is called otherwise: nobody wants to send its slash.
      if (word() === null) send();
    } else if ((e.key === "PageUp" || e.key === "PageDown") && field.scrollHeight <= field.clientHeight + 2) {
      const log = field.closest("section")?.querySelector("[role=log]");
      log?.scrollBy({ top: log.clientHeight * (e.key === "PageUp" ? -0.85 : 0.85) });
      e.preventDefault();
    } else if (e.key === "Escape") {
      e.preventDefault();
      if (word() !== null) setPlainAt(word()!.from);
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
    if (!list || list.length === 0 || shut()) return false;
    if (note()) return tell(t("inbox.note_no_files")), true;
    uploads.add(list);
    field.focus();
    return true;
  };
  props.onFiles(files);

  const group = () => t("inbox.conversation");
  useShortcuts(
    { keys: "r", label: () => t("inbox.key_write"), group, run: () => (mode(false), field.focus()) },
    { keys: "mod+shift+Enter", label: () => t("inbox.send_next"), group, always: true, run: () => !document.querySelector("dialog[open]") && sendAndGoOn() },
    { keys: "n", label: () => t("inbox.key_note"), group, run: () => mode(true) },
    { keys: "t", label: () => t("inbox.choose_template"), group, when: templates, run: () => !c().blocked && !gone() && setPicking(true) },
  );

  return (
    <footer class={s.composer} classList={{ [s.noting!]: note() }}>
      <Show when={!note() && stopped()}>
        {(it) => (
          <p class={`${s.overtaken} ${s.stopped}`} role="status">
            <AlertIcon size={15} />
            <span>
              {t("inbox.stopped", { channel: it().name, why: tx("inbox", `stopped_${it().status}`, t("inbox.stopped_other")) })}
              <Show when={may("setup:write")}>
                {" "}
                <A href={`/channels/${it().id}`}>{t("inbox.see_channel")}</A>
              </Show>
            </span>
          </p>
        )}
      </Show>
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
        <CannedList word={word()!.word} at={at()} onPick={pick} />
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
      {/* What was being written stays to be read and copied, and the focus in it: no letter of it is taken for a shortcut. */}
      <div class={s.box} classList={{ [s.off!]: shut() && !text().trim() }}>
        <textarea
          ref={field}
          rows={1}
          class={s.field}
          aria-label={note() ? t("inbox.note_for_team") : t("inbox.write_to", { name: props.name })}
          placeholder={note() ? t("inbox.note_hint") : touch() ? t("inbox.write_short") : t("inbox.write")}
          value={text()}
          aria-controls={word() !== null ? "canned" : undefined}
          aria-activedescendant={found().length > 0 ? `canned-${at()}` : undefined}
          readOnly={shut()}
          onInput={(e) => typed(e.currentTarget.value, e.currentTarget.selectionEnd)}
          onKeyUp={() => setCaret(field.selectionEnd)}
          onPointerUp={() => setCaret(field.selectionEnd)}
          onKeyDown={onKeyDown}
          onPaste={(e) => {
            if (files(e.clipboardData?.files)) e.preventDefault();
          }}
        />
        <IconButton
          class={s.send}
          label={note() ? t("inbox.save_note") : t("inbox.send")}
          disabled={shut() || left() < 0 || (!text().trim() && (note() || !uploads.ready())) || (!note() && uploads.uploads().length > 0 && !uploads.ready())}
          // The focus stays in the field, and a phone's keyboard on the screen.
          onMouseDown={(e) => e.preventDefault()}
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
        <Show when={templates()}>
          <IconButton label={t("inbox.choose_template")} disabled={c().blocked || gone()} onClick={() => setPicking(true)}>
            <TemplateIcon size={19} />
          </IconButton>
        </Show>
        <IconButton label={t("inbox.note_mode")} pressed={note()} onClick={() => mode(!note())}>
          <NoteIcon size={19} />
        </IconButton>
        <span class={s.state}>
          <span role="status" classList={{ [s.over!]: left() < 0 }}>
            {left() < 0 ? tn("inbox.too_long", -left()) : left() < 300 ? number(left()) : ""}
          </span>
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
          <Over onClose={() => setPicking(false)}>
            <TemplatePicker
              channel={c().channel_id}
              contactName={c().name}
              onClose={() => setPicking(false)}
              onSend={(template, body) => props.thread.send({ content: { template }, preview: { type: "template", body } }, null)}
            />
          </Over>
        </Show>
      </Suspense>
    </footer>
  );
}
