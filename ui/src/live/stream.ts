// The live stream: events as they happen, resumed where it was cut. Nothing is left out and nothing comes twice, as
// docs/events.md promises, and what does come twice all the same is told once; where that cannot be had (the log is shorter
// than the place we came from), `epoch` grows and whoever shows data loads it anew.
import { createSignal } from "solid-js";
import { askSession } from "../session";
import type { LogEvent } from "../api/types";
import { frameReader } from "./frames";
import { onlyOnce } from "./once";
import { share, type News, type Share } from "./share";

export interface Typing {
  contact_id: string;
  /** Null: the person on the other side, who can be seen typing in a web chat. */
  member_id: string | null;
  state: "typing" | "stopped";
  at: string;
}
export interface Presence {
  member_id: string;
  availability: "online" | "away" | "offline";
}
export interface Viewing {
  contact_id: string;
  member_id: string;
}
/** Whose pages are connected, and for how long that may be taken to be so. */
export interface Present {
  member_ids: string[];
  for_seconds: number;
}
interface Ephemeral {
  typing: Typing;
  presence: Presence;
  viewing: Viewing;
  present: Present;
}

export type Line = "connecting" | "open" | "lost";
const [line, setLine] = createSignal<Line>("connecting");
const [epoch, setEpoch] = createSignal(0);
export { line, epoch };

type Listener = (event: LogEvent) => void;
const listeners = new Set<{ topics: ReadonlySet<string> | null; run: Listener }>();
const momentary = new Map<keyof Ephemeral, Set<(data: never) => void>>();

/** Calls `run` for each event of `topics` (null: of all) until the returned function is called. */
export function onEvents(topics: readonly string[] | null, run: Listener): () => void {
  const entry = { topics: topics && new Set(topics), run };
  listeners.add(entry);
  return () => listeners.delete(entry);
}

/** The same for what is only of the moment and in no log. */
export function onMoment<K extends keyof Ephemeral>(kind: K, run: (data: Ephemeral[K]) => void): () => void {
  const set = momentary.get(kind) ?? new Set();
  momentary.set(kind, set);
  set.add(run as (data: never) => void);
  return () => set.delete(run as (data: never) => void);
}

// The server gives a sign of life each 15 s (docs/events.md).
const SILENCE = 45_000;
let last: string | null = null;
const once = onlyOnce();
let wait = 1500;
let shared: Share | null = null;
let leading = false;
/** Whether the tab that listens was heard of. */
let joined = false;

/** Opens the stream, or listens to the tab that has it open, until `stop`. */
export function start(): void {
  if (shared) return;
  shared = share(async (signal) => {
    leading = true;
    await keep(signal);
    leading = false;
  }, hear);
  window.addEventListener("online", retryNow);
  document.addEventListener("visibilitychange", retryNow);
}

export function stop(): void {
  shared?.stop();
  shared = null;
  last = null;
  once.forget();
  joined = false;
  setLine("connecting");
  window.removeEventListener("online", retryNow);
  document.removeEventListener("visibilitychange", retryNow);
}

/** What the tab that listens says. */
function hear(news: News): void {
  if (news.kind === "hello") {
    if (leading) {
      shared?.tell({ kind: "line", line: line(), last, fresh: false });
      // Somebody looks: a tab in the background would take its time.
      if (line() === "lost") hurry();
    }
    return;
  }
  if (leading) return;
  if (news.kind === "frame") take(news.event, news.data, news.id);
  else {
    // The first word of it: what was loaded before may have missed something.
    const first = !joined && news.line === "open";
    if (first) joined = true;
    last ??= news.last;
    setLine(news.line);
    if (first || news.fresh) setEpoch((n) => n + 1);
  }
}

function show(next: Line, fresh = false): void {
  setLine(next);
  if (fresh) setEpoch((n) => n + 1);
  shared?.tell({ kind: "line", line: next, last, fresh });
}

/** A frame, from the server or from the tab that listens. */
function take(event: string, data: string | null, id: string | null): void {
  if (event === "reset") {
    last = null;
    once.forget();
    setEpoch((n) => n + 1);
  } else if (data !== null) deliver(event, data);
  if (id !== null) last = id;
}

let hurry: () => void = () => {};
function retryNow(): void {
  if (line() !== "lost" || document.visibilityState !== "visible") return;
  if (leading) hurry();
  else shared?.tell({ kind: "hello" });
}

async function keep(signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      await listen(signal, () => (failures = 0));
    } catch {
      failures += 1;
    }
    if (signal.aborted) return;
    show("lost");
    const pause = Math.min(wait * 2 ** Math.min(failures, 4), 15_000) * (0.75 + Math.random() / 2);
    await new Promise<void>((done) => {
      hurry = done;
      signal.addEventListener("abort", () => done(), { once: true });
      setTimeout(done, failures === 0 ? Math.min(pause, 500) : pause);
    });
  }
}

async function listen(signal: AbortSignal, opened: () => void): Promise<void> {
  const connection = new AbortController();
  const cut = () => connection.abort();
  signal.addEventListener("abort", cut);
  let watchdog = setTimeout(cut, SILENCE);
  try {
    const response = await fetch("/api/v1/events/stream", {
      headers: { Accept: "text/event-stream", ...(last === null ? {} : { "Last-Event-ID": last }) },
      credentials: "same-origin",
      signal: connection.signal,
      cache: "no-store",
    });
    // The session has ended, or is another one now: whoever sits here is led to the door.
    if (response.status === 401 || response.status === 403) await askSession();
    if (!response.ok || !response.body) throw new Error(`stream: ${response.status}`);
    opened();
    const fresh = last === null;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const frames = frameReader();
    show("open", fresh);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(watchdog);
      watchdog = setTimeout(cut, SILENCE);
      for (const frame of frames(value)) {
        if (frame.retry !== null) wait = frame.retry;
        take(frame.event, frame.data, frame.id);
        shared?.tell({ kind: "frame", event: frame.event, data: frame.data, id: frame.id });
      }
    }
  } finally {
    clearTimeout(watchdog);
    signal.removeEventListener("abort", cut);
    connection.abort();
  }
}

function deliver(kind: string, text: string): void {
  const data: unknown = JSON.parse(text);
  if (kind === "message") {
    const event = data as LogEvent;
    if (!once.isNew(event.id)) return;
    for (const l of listeners) if (!l.topics || l.topics.has(event.topic)) safely(() => l.run(event));
  } else for (const run of momentary.get(kind as keyof Ephemeral) ?? []) safely(() => run(data as never));
}

// One screen's mistake must not cut the line for the others.
function safely(run: () => void): void {
  try {
    run();
  } catch (error) {
    console.error(error);
  }
}
