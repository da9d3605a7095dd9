// One stream for all tabs of a browser: over HTTP/1.1 a browser opens six connections to a server, and six open tabs would
// leave none for anything else. The tab that holds the lock listens; the others hear it from there, and one of them takes
// over, from the same place, when it goes. Where there are no locks (plain HTTP beyond localhost) each tab listens itself.

/** What the listening tab tells the others. */
export type News =
  | { kind: "frame"; event: string; data: string | null; id: string | null }
  | { kind: "line"; line: "connecting" | "open" | "lost"; last: string | null; fresh: boolean }
  /** A tab that has just come asks how things stand. */
  | { kind: "hello" };

const NAME = "recado.stream";

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
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = (message: MessageEvent<News>) => hear(message.data);
  channel.postMessage({ kind: "hello" } satisfies News);
  navigator.locks.request(NAME, { signal: stopped.signal }, () => lead(stopped.signal)).catch(() => undefined);
  return {
    tell: (news) => channel.postMessage(news),
    stop: () => {
      stopped.abort();
      channel.close();
    },
  };
}
