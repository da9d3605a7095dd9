// What was written and the server has not taken yet, of all conversations: it goes out whichever of them is looked at, one
// after the other in each. Kept for this tab until it is taken, so that a reload loses nothing; with the same idempotency key
// it goes out once however often it is tried.
import { createEffect, createRoot, createSignal, on } from "solid-js";
import { api, call } from "../../../api/client";
import { Problem } from "../../../api/problem";
import type { Message } from "../../../api/types";
import { line as liveLine } from "../../../live/stream";
import { me, session } from "../../../session";

/** What can be sent: the body of `POST /messages` without its addressee, or a note. */
export type Outgoing = { note: string } | { content: Record<string, unknown>; preview: Pick<Message, "type" | "body"> & { content?: unknown } };

export interface Item {
  /** The idempotency key as well. */
  key: string;
  contact: string;
  /** As it is called on screen. */
  name: string;
  member: string;
  out: Outgoing;
  replyTo: string | null;
  at: string;
  state: "sending" | "failed";
  /** Why it failed; nothing where that is not known, as after a reload amid it. */
  problem?: unknown;
}

/** As it is kept for the tab: with what the server refused it for. */
type Stored = Omit<Item, "problem"> & { refused?: Pick<Problem, "status" | "body"> | undefined };

/** What the server said; that it said nothing is no news after a reload. */
const refusal = (problem: unknown): Stored["refused"] => (problem instanceof Problem && problem.status !== 0 ? { status: problem.status, body: problem.body } : undefined);

type Watcher = (item: Item, taken?: Message) => void;

const KEY = "recado.outbox";
// A line that swallows everything must not hold back what is written next for ever.
const PATIENCE = 30_000;

// Milliseconds until the one more try that a lost answer gets while the line stands.
const ONCE_MORE = 1000;

const items = new Map<string, Item>();
const [version, setVersion] = createSignal(0);
const watchers = new Map<string, Set<Watcher>>();
const lines = new Map<string, Promise<unknown>>();
let restored = false;
let onUnseen: (item: Item) => void = () => {};

/** Is told of what failed while its conversation was not on screen. */
export const tellUnseen = (run: (item: Item) => void): void => void (onUnseen = run);

/** What of a conversation is on its way or failed, oldest first. */
export function waitingIn(contact: string): Item[] {
  restore();
  return [...items.values()].filter((x) => x.contact === contact && x.member === me().id);
}

/** What failed, of all conversations or of one; drawn anew by itself. */
export function failedIn(contact?: string): Item[] {
  version();
  restore();
  const member = session()?.member.id;
  return [...items.values()].filter((x) => x.state === "failed" && x.member === member && (!contact || x.contact === contact));
}

/** Whether something of a conversation is on its way. */
export const isSending = (contact: string): boolean => [...items.values()].some((x) => x.contact === contact && x.state === "sending");

/** Calls `run` with each item of a conversation that changes, and with the message once the server has it. */
export function watch(contact: string, run: Watcher): () => void {
  const set = watchers.get(contact) ?? new Set();
  watchers.set(contact, set);
  set.add(run);
  return () => {
    set.delete(run);
    if (set.size === 0) watchers.delete(contact);
  };
}

export function post(contact: string, name: string, out: Outgoing, replyTo: string | null): Item {
  restore();
  const item: Item = { key: crypto.randomUUID(), contact, name, member: me().id, out, replyTo, at: new Date().toISOString(), state: "sending" };
  items.set(item.key, item);
  keep();
  queue(item);
  return item;
}

export function again(key: string): void {
  const item = items.get(key);
  if (!item || item.state === "sending") return;
  item.state = "sending";
  item.problem = undefined;
  setVersion((n) => n + 1);
  told(item);
  queue(item);
}

export function forget(key: string): void {
  items.delete(key);
  keep();
}

// One after the other: the second of two must not overtake the first.
function queue(item: Item): void {
  const before = lines.get(item.contact) ?? Promise.resolve();
  const line = before.then(() => attempt(item));
  lines.set(item.contact, line);
  void line.then(() => lines.get(item.contact) === line && lines.delete(item.contact));
}

async function attempt(item: Item, again = false): Promise<void> {
  if (!items.has(item.key)) return;
  const { contact, out, key, replyTo } = item;
  const header = { "Idempotency-Key": key };
  const signal = AbortSignal.timeout(PATIENCE);
  const offline = (problem: unknown) => problem instanceof Problem && problem.status === 0;
  try {
    const content = "content" in out && replyTo ? { ...out.content, reply_to: replyTo } : "content" in out ? out.content : {};
    const message =
      "note" in out
        ? await call(api.POST("/api/v1/contacts/{id}/notes", { params: { path: { id: contact }, header }, body: { text: out.note }, signal }))
        : await call(api.POST("/api/v1/messages", { params: { header }, body: { contact_id: contact, ...content }, signal }));
    items.delete(key);
    keep();
    told(item, message);
  } catch (problem) {
    // The answer was lost, the line is not: the server may have it, and with the same key says so.
    if (offline(problem) && liveLine() === "open" && !again) {
      await new Promise((done) => setTimeout(done, ONCE_MORE));
      return attempt(item, true);
    }
    item.state = "failed";
    item.problem = problem;
    keep();
    if (watchers.has(contact)) told(item);
    else onUnseen(item);
  }
}

function told(item: Item, taken?: Message): void {
  for (const run of watchers.get(item.contact) ?? []) run(item, taken);
}

function keep(): void {
  setVersion((n) => n + 1);
  try {
    if (items.size === 0) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, JSON.stringify([...items.values()].map(({ problem, ...item }): Stored => ({ ...item, refused: refusal(problem) }))));
  } catch {
    // Refused or full: then a reload forgets it, as the question before leaving says.
    return;
  }
}

/** After a reload: whether the server took it is not known, so the person decides; the key sees to it that twice is once. */
function restore(): void {
  if (restored) return;
  restored = true;
  try {
    for (const { refused, ...item } of JSON.parse(sessionStorage.getItem(KEY) ?? "[]") as Stored[])
      items.set(item.key, { ...item, state: "failed", problem: refused && new Problem(refused.status, refused.body) });
  } catch {
    return;
  }
}

// What failed for want of a line goes out when there is one again.
createRoot(() =>
  createEffect(
    on(
      liveLine,
      (now) => {
        if (now === "open") for (const item of [...items.values()]) if (item.state === "failed" && item.problem instanceof Problem && item.problem.status === 0) again(item.key);
      },
      { defer: true },
    ),
  ),
);

// With the tab it would be gone, and its draft is gone already.
window.addEventListener("beforeunload", (event) => {
  if (items.size > 0) event.preventDefault();
});
