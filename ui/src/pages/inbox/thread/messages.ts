// One conversation's messages and events: the newest page, older ones as they are scrolled to, what comes in live, and
// what is written here, shown before the server has it.
import { batch, createEffect, createSignal, on, onCleanup, untrack } from "solid-js";
import { api, call } from "../../../api/client";
import type { LogEvent, Message } from "../../../api/types";
import { epoch, onEvents } from "../../../live/stream";
import { me } from "../../../session";
import { compare, place, type Entry } from "./entry";

const PAGE = 60;

/** What can be sent: the body of `POST /messages` without its addressee, or a note. */
export type Outgoing = { note: string } | { content: Record<string, unknown>; preview: Pick<Message, "type" | "body"> & { content?: unknown } };

export type Thread = ReturnType<typeof createThread>;

export function createThread(contact: string) {
  const [entries, setEntries] = createSignal<readonly Entry[]>([]);
  const [loading, setLoading] = createSignal(true);
  const [error, setError] = createSignal<unknown>();
  const [older, setOlder] = createSignal<string | null>(null);
  /** Bodies that failed ones would be sent with again. */
  const outbox = new Map<string, Outgoing>();
  const stopped = new AbortController();
  onCleanup(() => stopped.abort());

  async function load(): Promise<void> {
    setError(undefined);
    try {
      const page = await timeline(undefined);
      batch(() => {
        // What is being sent, and what came in while this was on its way, stays.
        const own = untrack(entries).filter((e) => e.sending);
        let list = [...page.rows, ...own].sort(compare);
        if (untrack(entries).length > own.length && older() !== null) for (const e of untrack(entries)) if (!e.sending) list = place(list, list.find((x) => same(x, e)) ?? e);
        setEntries(list);
        setOlder(page.next);
        setLoading(false);
      });
    } catch (problem) {
      if (stopped.signal.aborted) return;
      batch(() => {
        setError(problem);
        setLoading(false);
      });
    }
  }
  const same = (a: Entry, b: Entry) => (a.message ? a.message.id === b.message?.id : a.key === b.key);

  let fetching = false;
  async function more(): Promise<void> {
    const from = older();
    if (!from || fetching) return;
    fetching = true;
    try {
      const page = await timeline(from);
      batch(() => {
        // As a rule they are older than all that is here: only those of the page's own times can be here already.
        const newest = page.rows.reduce((at, e) => (e.at > at ? e.at : at), "");
        const known = new Set<string>();
        for (const e of entries()) {
          if (e.at > newest) break;
          known.add(e.message?.id ?? e.key);
        }
        const fresh = page.rows.filter((e) => !known.has(e.message?.id ?? e.key)).sort(compare);
        const all = [...fresh, ...entries()];
        const first = entries()[0];
        setEntries(first && fresh.length > 0 && compare(fresh.at(-1)!, first) > 0 ? all.sort(compare) : all);
        setOlder(page.next);
      });
    } catch (problem) {
      if (!stopped.signal.aborted) setError(problem);
    } finally {
      fetching = false;
    }
  }

  async function timeline(cursor: string | undefined): Promise<{ rows: Entry[]; next: string | null }> {
    const page = await call(
      api.GET("/api/v1/contacts/{id}/timeline", {
        params: { path: { id: contact }, query: { limit: PAGE, cursor, order: "desc" } },
        signal: stopped.signal,
      }),
    );
    const rows = page.data.map((e): Entry => (e.message ? ofMessage(e.message) : ofEvent(e.event!)));
    return { rows: rows.reverse(), next: page.next_cursor ?? null };
  }

  const ofMessage = (m: Message): Entry => ({ key: m.id, at: m.sent_at, message: m });
  const ofEvent = (e: LogEvent): Entry => ({ key: e.id, at: e.occurred_at, event: e });

  // Messages that something happened to are asked for again, together; not while one of ours is on its way, whose id is
  // not known yet.
  const changed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sending = 0;
  function settle(): void {
    timer = undefined;
    if (sending > 0) return;
    const ids = [...changed];
    changed.clear();
    for (const id of ids)
      call(api.GET("/api/v1/messages/{id}", { params: { path: { id } }, signal: stopped.signal }))
        .then((m) => m.contact_id === contact && setEntries(place(entries(), ofMessage(m))))
        .catch(() => undefined);
  }
  const touch = (id: string) => {
    changed.add(id);
    timer ??= setTimeout(settle, 30);
  };

  onCleanup(
    onEvents(null, (event) => {
      if (event.subject.contact_id !== contact) return;
      const data = event.data as Record<string, unknown>;
      const message = data.message_id ?? data.note_id ?? (event.topic.startsWith("message.") ? data.id : undefined);
      if (typeof message === "string") touch(message);
      else if (!event.topic.startsWith("message.") && event.topic !== "note.created") setEntries(place(entries(), ofEvent(event)));
      if (event.topic === "contact.merged") void load();
    }),
  );
  onCleanup(() => clearTimeout(timer));
  createEffect(on(epoch, () => void load(), { defer: true }));
  void load();

  /** Shows it at once, then sends it. The key is the idempotency key as well: however often it is tried, it goes out once. */
  function send(out: Outgoing, replyTo: string | null): void {
    const key = crypto.randomUUID();
    const at = new Date().toISOString();
    const shown = "note" in out ? { type: "text", body: out.note } : out.preview;
    outbox.set(key, "note" in out || !replyTo ? out : { ...out, content: { ...out.content, reply_to: replyTo } });
    const message: Message = {
      id: key,
      contact_id: contact,
      channel_id: "",
      direction: "note" in out ? "note" : "outbound",
      status: "note" in out ? "stored" : "queued",
      sent_at: at,
      created_at: at,
      actor: { type: "member", id: me().id },
      attachments: [],
      reactions: [],
      reply_to: replyTo,
      ...shown,
    };
    setEntries(place(entries(), { key, at, message, sending: "sending" }));
    void post(key);
  }

  // One after the other: the second of two must not overtake the first.
  let line: Promise<unknown> = Promise.resolve();
  function post(key: string): Promise<void> {
    sending += 1;
    const done = line.then(() => attempt(key));
    line = done;
    return done;
  }

  async function attempt(key: string): Promise<void> {
    const out = outbox.get(key);
    try {
      if (!out) return;
      const headers = { "Idempotency-Key": key };
      const message =
        "note" in out
          ? await call(api.POST("/api/v1/contacts/{id}/notes", { params: { path: { id: contact }, header: headers }, body: { text: out.note } }))
          : await call(api.POST("/api/v1/messages", { params: { header: headers }, body: { contact_id: contact, ...out.content } }));
      outbox.delete(key);
      setEntries(place(entries(), { key, at: message.sent_at, message }));
    } catch (problem) {
      const entry = entries().find((e) => e.key === key);
      if (entry) setEntries(place(entries(), { ...entry, sending: "failed", problem }));
    } finally {
      sending -= 1;
      if (sending === 0 && changed.size > 0) timer ??= setTimeout(settle, 30);
    }
  }

  function again(key: string): void {
    const entry = entries().find((e) => e.key === key);
    if (!entry || !outbox.has(key)) return;
    setEntries(place(entries(), { ...entry, sending: "sending", problem: undefined }));
    void post(key);
  }

  function forget(key: string): void {
    outbox.delete(key);
    setEntries(entries().filter((e) => e.key !== key));
  }

  return {
    contact,
    entries,
    loading,
    error,
    reload: load,
    more,
    hasOlder: () => older() !== null,
    send,
    again,
    forget,
    take: (m: Message) => setEntries(place(entries(), ofMessage(m))),
    find: (id: string) => entries().find((e) => e.message?.id === id),
  };
}
