// Telling an agent that somebody wrote: a note of the system, a sound, the number in the title. Per member, and per channel
// (settings of the account). Works on every screen.
import { createEffect, createSignal, on, onCleanup } from "solid-js";
import { json } from "../api/client";
import type { Conversation, Counts } from "../api/contract";
import { t } from "../i18n";
import { epoch, onEvents } from "../live/stream";
import { session } from "../session";
import { setWaiting } from "./title";
import { createTurns } from "./turns";

/** Milliseconds by which a tab behind waits for the one in front. */
const BEHIND = 300;

const [unread, setUnread] = createSignal(0);
/** Conversations with something unread that are one's own or nobody's, as the sound and the notes tell of them; 1000 at most. */
export { unread };

export function followNotifications(open: (contact: string) => void, looksAt: () => string | undefined): void {
  const turns = createTurns();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const count = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      json<Counts>("GET", "/conversations/counts").then(({ unread_mine_or_unassigned: mine, unread: all }) => (setUnread(mine ?? all), setWaiting(mine ?? all)), () => undefined);
    }, 600);
  };
  createEffect(on(epoch, count));
  onCleanup(() => (clearTimeout(timer), setUnread(0), setWaiting(0)));
  onCleanup(onEvents(["message.received", "message.queued", "contact.updated", "contact.merged", "conversation.read", "conversation.unread", "agent.assigned"], count));

  onCleanup(
    onEvents(["message.received"], (event) => {
      const contact = event.subject.contact_id;
      const wishes = session()?.member.notifications;
      if (typeof contact !== "string" || !wishes || session()?.member.availability === "away") return;
      const before = document.visibilityState === "visible" && document.hasFocus();
      if (before && looksAt() === contact) return void turns.take(event.id);
      if (!wishes.sound && !wishes.desktop) return;
      // One of several tabs tells; the one before somebody's eyes first, which knows what they see.
      const told = () => turns.take(event.id).then((mine) => (mine ? tell(contact, event.data as Record<string, unknown>, before) : undefined));
      if (before) void told();
      else setTimeout(told, BEHIND);
    }),
  );

  async function tell(contact: string, data: Record<string, unknown>, before: boolean): Promise<void> {
    const c = await json<Conversation>("GET", `/conversations/${contact}`).catch(() => null);
    const current = session();
    if (!c || !current || c.blocked || current.member.notifications.muted_channels.includes(c.channel_id)) return;
    // Somebody else's conversation is somebody else's business.
    if (c.agent_ids.length > 0 && !c.agent_ids.includes(current.member.id)) return;
    const wishes = current.member.notifications;
    if (wishes.sound) sound();
    if (!wishes.desktop || before || !("Notification" in window) || Notification.permission !== "granted") return;
    const body = typeof data.message_body === "string" ? data.message_body : t("inbox.notify_new");
    const note = new Notification(c.name ?? c.phone ?? t("common.nameless"), { body: body.slice(0, 140), tag: contact, icon: "/favicon.svg" });
    note.onclick = () => {
      window.focus();
      open(contact);
      note.close();
    };
  }
}

let audio: AudioContext | undefined;
let rang = 0;

/** Two soft notes, made here: no file to fetch. At most one ring in two seconds. */
function sound(): void {
  if (Date.now() - rang < 2000) return;
  rang = Date.now();
  audio ??= new AudioContext();
  const at = audio.currentTime;
  for (const [i, hertz] of [660, 880].entries()) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const from = at + i * 0.11;
    tone.frequency.value = hertz;
    tone.type = "sine";
    volume.gain.setValueAtTime(0.0001, from);
    volume.gain.exponentialRampToValueAtTime(0.12, from + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.0001, from + 0.22);
    tone.connect(volume).connect(audio.destination);
    tone.start(from);
    tone.stop(from + 0.24);
  }
}
