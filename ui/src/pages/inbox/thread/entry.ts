// What a conversation is made of, and how its entries become the rows that are drawn. Pure; see entry.test.ts.
import type { LogEvent, Message } from "../../../api/types";

export type Sending = "sending" | "failed";

export interface Entry {
  /** Steady while it is on screen, also when a message that was just written gets its id from the server. */
  key: string;
  /** What it is ordered by. */
  at: string;
  message?: Message;
  event?: LogEvent;
  /** Written here and not yet taken by the server. */
  sending?: Sending;
  /** Why the server did not take it. */
  problem?: unknown;
}

/**
 * One row that is drawn. A day's head and the line "unread" are part of the row that they stand above: rows keep their keys
 * when older ones come in, and heads do not.
 */
export interface Row {
  key: string;
  entry: Entry;
  /** The first of its day. */
  day: boolean;
  /** The unread begin here. */
  unread: boolean;
  /** Of a run of messages of one side within a few minutes. */
  first: boolean;
  last: boolean;
}

const TOGETHER = 5 * 60_000;

// Asked for each entry each time anything changes: kept, since making dates is what a long conversation would wait for.
const days = new WeakMap<Entry, string>();
function dayOf(entry: Entry): string {
  let day = days.get(entry);
  if (day === undefined) days.set(entry, (day = new Date(entry.at).toDateString()));
  return day;
}

/** Events worth a line between messages; the others are in the histories of contact and ticket. */
export const SHOWN = new Set(["ticket.created", "ticket.closed", "stage.changed", "agent.assigned", "contact.merged", "event.tracked"]);

export function compare(a: Entry, b: Entry): number {
  // What is on its way is always the newest.
  if (Boolean(a.sending) !== Boolean(b.sending)) return a.sending ? 1 : -1;
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  const x = a.message?.created_at ?? a.at;
  const y = b.message?.created_at ?? b.at;
  if (x !== y) return x < y ? -1 : 1;
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

/** Puts an entry where it belongs, in place of the one with its key or its message. Returns a new list. */
export function place(entries: readonly Entry[], entry: Entry): Entry[] {
  const id = entry.message?.id;
  const old = entries.find((e) => e.key === entry.key || (id !== undefined && e.message?.id === id));
  const next = old ? { ...entry, key: old.key } : entry;
  const rest = old ? entries.filter((e) => e !== old) : [...entries];
  let i = rest.length;
  while (i > 0 && compare(rest[i - 1]!, next) > 0) i -= 1;
  rest.splice(i, 0, next);
  return rest;
}

/** `unreadFrom`: key of the first message that was unread when the conversation was opened. */
export function rows(entries: readonly Entry[], unreadFrom: string | null): Row[] {
  const result: Row[] = [];
  for (const entry of entries) {
    if (entry.event && !SHOWN.has(entry.event.topic)) continue;
    const before = result.at(-1);
    const day = !before || dayOf(before.entry) !== dayOf(entry);
    const unread = entry.key === unreadFrom;
    const together = before !== undefined && !day && !unread && belongTogether(before.entry, entry);
    if (together) before.last = false;
    result.push({ key: entry.key, entry, day, unread, first: !together, last: true });
  }
  return result;
}

function belongTogether(a: Entry, b: Entry): boolean {
  if (!a.message || !b.message) return false;
  const sameSide = a.message.direction === b.message.direction && a.message.actor.id === b.message.actor.id;
  return sameSide && Date.parse(b.at) - Date.parse(a.at) < TOGETHER;
}
