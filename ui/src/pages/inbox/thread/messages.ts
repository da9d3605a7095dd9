// One conversation's messages and events: the newest page, older ones as they are scrolled to, what comes in live, and
// what is written here, shown before the server has it.
import { batch, createEffect, createRoot, createSignal, on, onCleanup, untrack } from "solid-js";
import { api, call } from "../../../api/client";
import type { LogEvent, Message } from "../../../api/types";
import { Problem } from "../../../api/problem";
import { epoch, line, onEvents } from "../../../live/stream";
import { session } from "../../../session";
import { compare, place, type Entry } from "./entry";
import * as outbox from "./outbox";
import type { Item, Outgoing } from "./outbox";

const PAGE = 60;

// The last ones that were read, shown while they are asked for anew: whoever goes back and forth sees no skeletons.
const KEPT = 10;
const kept = new Map<string, readonly Entry[]>();
createRoot(() => createEffect(on(() => session()?.member.id, () => kept.clear())));

export type Thread = ReturnType<typeof createThread>;

/** `known`: nothing came since it was last read, so that what is kept of it may be shown at once. */
export function createThread(contact: string, name: () => string, known: boolean) {
  const [entries, setEntries] = createSignal<readonly Entry[]>([]);
  const [loading, setLoading] = createSignal(true);
  const [error, setError] = createSignal<unknown>();
  const [older, setOlder] = createSignal<string | null>(null);
  const stopped = new AbortController();
  onCleanup(() => stopped.abort());

  async function load(): Promise<void> {
    setError(undefined);
    try {
      const page = await timeline(undefined);
      batch(() => {
        // What is being sent, and what came in while this was on its way, stays.
        const own = untrack(entries).filter((e) => e.sending);
        fromMemory = false;
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
  /** Whether there is something to show: it was loaded, or is kept from before. */
  const shown = () => !loading() || fromMemory;
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

  // Messages that something happened to are asked for again, together; ours not while one is on its way, whose id is not
  // known yet. What cannot be had now is asked for again: the event that told of it does not come twice.
  const changed = new Set<string>();
  const ours = new Set<string>();
  const asked = new Map<string, number>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  function settle(): void {
    timer = undefined;
    const ids = [...changed];
    changed.clear();
    if (!outbox.isSending(contact)) {
      ids.push(...ours);
      ours.clear();
    }
    for (const id of ids) {
      // Of two questions about one message the later one's answer holds, whichever comes first.
      const mine = (asked.get(id) ?? 0) + 1;
      asked.set(id, mine);
      call(api.GET("/api/v1/messages/{id}", { params: { path: { id } }, signal: stopped.signal })).then(
        (m) => {
          failures = 0;
          if (m.contact_id === contact && asked.get(id) === mine) setEntries(place(entries(), ofMessage(m)));
        },
        (problem: unknown) => {
          if (stopped.signal.aborted || (problem instanceof Problem && problem.status === 404)) return;
          changed.add(id);
          failures += 1;
          soon(Math.min(1000 * 2 ** failures, 30_000));
        },
      );
    }
  }
  const soon = (pause: number) => (timer ??= setTimeout(settle, pause));
  const touch = (id: string, received: boolean) => {
    (received ? changed : ours).add(id);
    soon(30);
  };
  createEffect(
    on(line, (now) => {
      if (now !== "open") return;
      if (untrack(error)) void load();
      if (changed.size === 0) return;
      clearTimeout(timer);
      timer = undefined;
      soon(30);
    }),
  );

  onCleanup(
    onEvents(null, (event) => {
      if (event.subject.contact_id !== contact) return;
      const data = event.data as Record<string, unknown>;
      const message = data.message_id ?? data.note_id ?? (event.topic.startsWith("message.") ? data.id : undefined);
      if (typeof message === "string") touch(message, event.topic === "message.received");
      else if (!event.topic.startsWith("message.") && event.topic !== "note.created") setEntries(place(entries(), ofEvent(event)));
      if (event.topic === "contact.merged") void load();
    }),
  );
  onCleanup(() => clearTimeout(timer));
  createEffect(on(epoch, () => void load(), { defer: true }));
  let fromMemory = false;
  const remembered = known ? kept.get(contact) : undefined;
  onCleanup(() => {
    kept.delete(contact);
    if (loading()) return;
    kept.set(contact, entries().filter((e) => !e.sending).slice(-PAGE));
    for (const id of kept.keys()) if (kept.size > KEPT) kept.delete(id);
  });
  void load();

  const ofItem = (item: Item): Entry => {
    const shown = "note" in item.out ? { type: "text", body: item.out.note } : item.out.preview;
    const message: Message = {
      id: item.key,
      contact_id: contact,
      channel_id: "",
      direction: "note" in item.out ? "note" : "outbound",
      status: "note" in item.out ? "stored" : "queued",
      sent_at: item.at,
      created_at: item.at,
      actor: { type: "member", id: item.member },
      attachments: [],
      reactions: [],
      reply_to: item.replyTo,
      ...shown,
    };
    return { key: item.key, at: item.at, message, sending: item.state, problem: item.problem };
  };
  const waiting = outbox.waitingIn(contact).map(ofItem);
  if (remembered) fromMemory = true;
  setEntries([...(remembered ?? []), ...waiting]);
  onCleanup(
    outbox.watch(contact, (item, taken) => {
      setEntries(place(entries(), taken ? { key: item.key, at: taken.sent_at, message: taken } : ofItem(item)));
      if (ours.size > 0 && !outbox.isSending(contact)) soon(30);
    }),
  );

  /** Shows it at once, then sends it. */
  function send(out: Outgoing, replyTo: string | null): void {
    setEntries(place(entries(), ofItem(outbox.post(contact, name(), out, replyTo))));
  }

  function forget(key: string): void {
    outbox.forget(key);
    setEntries(entries().filter((e) => e.key !== key));
  }

  return {
    contact,
    entries,
    loading,
    shown,
    error,
    reload: load,
    more,
    hasOlder: () => older() !== null,
    send,
    again: outbox.again,
    forget,
    take: (m: Message) => setEntries(place(entries(), ofMessage(m))),
    find: (id: string) => entries().find((e) => e.message?.id === id),
  };
}
