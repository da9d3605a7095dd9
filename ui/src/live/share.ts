// One stream for all tabs of a browser: over HTTP/1.1 a browser opens six connections to a server, and six open tabs would
// leave none for anything else. The tab that holds the lock listens; the others hear it from there, and one of them takes
// over, from the same place, when it goes. One that holds the lock and says nothing (put to sleep by its browser) loses it to
// a tab that somebody looks at. Where there are no locks (plain HTTP beyond localhost) each tab listens itself.

/** What the listening tab tells the others. */
export type News =
  | { kind: "frame"; event: string; data: string | null; id: string | null }
  | { kind: "line"; line: "connecting" | "open" | "lost"; last: string | null; fresh: boolean }
  /** A tab that has just come asks how things stand. */
  | { kind: "hello" };

const NAME = "recado.stream";
/** The server gives a sign of life each 15 s, and the listening tab passes it on; a line that hangs it gives up after 45 s. */
const SILENCE = 75_000;
const LOOK = 5_000;

export interface Share {
  tell: (news: News) => void;
  stop: () => void;
}

/** `lead` runs, and is waited for, while this tab is the one that listens. `hear` gets the news of another. */
export function share(lead: (signal: AbortSignal) => Promise<void>, hear: (news: News) => void): Share {
  const stopped = new AbortController();
  if (!("locks" in navigator) || !("BroadcastChannel" in window)) {
    void lead(stopped.signal);
    return { tell: () => {}, stop: () => stopped.abort() };
  }
  let mine: AbortController | undefined;
  let heard = Date.now();
  let looked = Date.now();
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = (message: MessageEvent<News>) => {
    if (message.data.kind !== "hello") heard = Date.now();
    hear(message.data);
  };
  channel.postMessage({ kind: "hello" } satisfies News);

  const listen = async (): Promise<void> => {
    const here = new AbortController();
    const end = () => here.abort();
    stopped.signal.addEventListener("abort", end);
    if (stopped.signal.aborted) end();
    mine = here;
    await lead(here.signal);
    stopped.signal.removeEventListener("abort", end);
    if (mine === here) mine = undefined;
  };
  let queued = new AbortController();
  const lost = (): void => {
    // Another tab has taken it: this one was thought to be asleep.
    mine?.abort();
    mine = undefined;
    heard = Date.now();
    wait();
  };
  const wait = (): void => {
    if (stopped.signal.aborted) return;
    const turn = (queued = new AbortController());
    navigator.locks.request(NAME, { signal: turn.signal }, listen).catch(() => !turn.signal.aborted && lost());
  };
  const steal = (): void => {
    queued.abort();
    navigator.locks.request(NAME, { steal: true }, listen).catch(lost);
  };
  stopped.signal.addEventListener("abort", () => queued.abort());
  wait();

  const timer = setInterval(() => {
    const now = Date.now();
    // This tab itself was asleep: what the others said meanwhile it could not hear.
    if (now - looked > 3 * LOOK) heard = now;
    looked = now;
    if (mine || document.visibilityState !== "visible" || now - heard < SILENCE) return;
    heard = now;
    steal();
  }, LOOK);

  return {
    tell: (news) => channel.postMessage(news),
    stop: () => {
      stopped.abort();
      clearInterval(timer);
      channel.close();
    },
  };
}
