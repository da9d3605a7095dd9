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
  /** Height in pixels that it will have, about. */
  height: number;
}

const TOGETHER = 5 * 60_000;

// Asked for each entry each time anything changes: kept, since making dates is what a long conversation would wait for. The
// row is kept too, so that those that did not change are not drawn again.
interface Known {
  day: string;
  ms: number;
  row?: Row;
}
const known = new WeakMap<Entry, Known>();
function about(entry: Entry): Known {
  let it = known.get(entry);
  if (!it) {
    const at = new Date(entry.at);
    known.set(entry, (it = { day: at.toDateString(), ms: at.getTime() }));
  }
  return it;
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
  const same = (e: Entry) => id !== undefined && e.message?.id === id;
  // What was written here, and the same as it came from the server where its answer was lost: both make way.
  const old = entries.find((e) => e.key === entry.key) ?? entries.find(same);
  const next = old ? { ...entry, key: old.key } : entry;
  const rest = entries.filter((e) => e !== old && !same(e));
  let i = rest.length;
  while (i > 0 && compare(rest[i - 1]!, next) > 0) i -= 1;
  rest.splice(i, 0, next);
  return rest;
}

/**
 * `unreadFrom`: key of the first message that was unread when the conversation was opened. `columns`: letters that a bubble takes
 * in a line, about.
 */
export function rows(entries: readonly Entry[], unreadFrom: string | null, columns = 72): Row[] {
  const shown = entries.filter((e) => !e.event || SHOWN.has(e.event.topic));
  const result: Row[] = [];
  let before: { entry: Entry; known: Known } | undefined;
  let begins: { day: boolean; unread: boolean; first: boolean } | undefined;
  const end = (last: boolean) => before && begins && result.push(row(before.entry, before.known, { ...begins, last }, columns));
  for (const entry of shown) {
    const known = about(entry);
    const day = before?.known.day !== known.day;
    const unread = entry.key === unreadFrom;
    const together = before !== undefined && !day && !unread && known.ms - before.known.ms < TOGETHER && sameSide(before.entry, entry);
    end(!together);
    before = { entry, known };
    begins = { day, unread, first: !together };
  }
  end(true);
  return result;
}

type Marks = Pick<Row, "day" | "unread" | "first" | "last">;

function row(entry: Entry, known: Known, marks: Marks, columns: number): Row {
  const old = known.row;
  if (old && old.day === marks.day && old.unread === marks.unread && old.first === marks.first && old.last === marks.last) return old;
  return (known.row = { key: entry.key, entry, ...marks, height: heightOf(entry, marks, columns) });
}

/** As bubble.module.css has it. What it comes to is measured later; the better the guess, the less has to be moved then. */
function heightOf({ message: m }: Entry, { day, unread, first, last }: Marks, columns: number): number {
  const heads = (day ? 38 : 0) + (unread ? 34 : 0);
  if (!m) return heads + 34;
  let lines = 0;
  for (const line of m.body.split("\n")) lines += Math.max(1, Math.ceil(line.length / columns));
  const author = first && m.direction !== "inbound" ? 17 : 0;
  const below = m.reactions.length > 0 ? 15 : last ? 7 : 0;
  return Math.round(heads + author + (m.attachments.length > 0 ? 200 : 0) + (m.reply_to ? 50 : 0) + 31.4 + lines * 20.3 + below);
}

const sameSide = (a: Entry, b: Entry): boolean =>
  a.message !== undefined && b.message !== undefined && a.message.direction === b.message.direction && a.message.actor.id === b.message.actor.id;
