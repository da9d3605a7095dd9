// The live stream: Server-Sent Events over `fetch`, because an `EventSource` can send no token but in its address. Goes on where it
// was, so that nothing is missed; whatever comes twice carries its id.
import { Refused, type Server } from "./server.js";

/** A server that says nothing for so long (its sign of life comes each 15 s) is gone. */
const SILENCE = 45_000;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;

export interface Listener {
  event(name: string, data: unknown): void;
  connected(connected: boolean): void;
  /** The token is nobody's any more. */
  gone(): void;
}

export class Stream {
  private stopped = false;
  private current: AbortController | null = null;
  private wake: (() => void) | null = null;
  private wait = FIRST_WAIT;

  constructor(
    private readonly server: Server,
    private cursor: string,
    private readonly listener: Listener,
  ) {
    addEventListener("online", this.hurry);
    addEventListener("offline", this.lose);
    void this.run();
  }

  stop(): void {
    this.stopped = true;
    removeEventListener("online", this.hurry);
    removeEventListener("offline", this.lose);
    this.current?.abort();
    this.wake?.();
  }

  private readonly hurry = (): void => {
    this.wait = FIRST_WAIT;
    this.wake?.();
  };

  private readonly lose = (): void => this.current?.abort();

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.once();
      } catch (error) {
        if (error instanceof Refused && error.isGone) {
          if (!this.stopped) this.listener.gone();
          return;
        }
        if (error instanceof Refused && error.retryAfter !== null) this.wait = Math.max(this.wait, error.retryAfter * 1000);
      }
      if (this.stopped) return;
      this.listener.connected(false);
      await this.pause();
    }
  }

  /** Longer each time, and not all visitors at once. */
  private async pause(): Promise<void> {
    const wait = this.wait * (0.5 + Math.random());
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, wait);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = null;
  }

  private async once(): Promise<void> {
    const control = new AbortController();
    this.current = control;
    let timer = setTimeout(() => control.abort(), SILENCE);
    try {
      const response = await this.server.fetch("/stream", { signal: control.signal }, { "last-event-id": this.cursor });
      const reader = response.body?.getReader();
      if (!reader) return;
      const decoder = new TextDecoder();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done || this.stopped) return;
        clearTimeout(timer);
        timer = setTimeout(() => control.abort(), SILENCE);
        this.wait = FIRST_WAIT;
        this.listener.connected(true);
        rest += decoder.decode(value, { stream: true });
        let end: number;
        while ((end = rest.indexOf("\n\n")) >= 0) {
          this.block(rest.slice(0, end));
          rest = rest.slice(end + 2);
        }
      }
    } finally {
      clearTimeout(timer);
      control.abort();
    }
  }

  private block(text: string): void {
    let name = "message";
    let id: string | null = null;
    let data = "";
    for (const line of text.split("\n")) {
      const colon = line.indexOf(":");
      if (colon <= 0) continue;
      const value = line.slice(colon + 1).replace(/^ /, "");
      const field = line.slice(0, colon);
      if (field === "event") name = value;
      else if (field === "id") id = value;
      else if (field === "data") data += value;
    }
    if (data !== "") {
      try {
        this.listener.event(name, JSON.parse(data));
      } catch {
        // Of a newer server; what it says of messages is read again with the history.
      }
    }
    // After it was shown: whoever is cut off in between gets it once more rather than never.
    if (id !== null) this.cursor = id;
  }
}
