// The conversation as this page has it: what the server says, what waits to be sent, and how it gets there. Knows nothing of the
// screen; `changed` tells whoever draws it.
import { Refused, type Server, Unreachable } from "./server.js";
import { type Storage, userOf, type Waiting } from "./storage.js";
import { Stream } from "./stream.js";
import type { Choice, Config, Identity, Session, WireMessage } from "./wire.js";

export interface Shown extends WireMessage {
  /** Of what is not at the server yet. */
  local?: {
    state: "waiting" | "failed";
    /** Of a file: 0 to 1. */
    progress: number | null;
    file: File | null;
    stop: AbortController | null;
  };
}

export type Trouble = "offline" | "too_many" | "refused" | null;

export interface Watcher {
  changed(): void;
  arrived(message: Shown): void;
  typing(name: string | null): void;
  identity(identified: boolean): void;
}

const AGAIN = 5_000;
const TYPING_EVERY = 4_000;

export class Chat {
  messages: Shown[] = [];
  more = false;
  trouble: Trouble = null;
  introduced = false;
  private seen: string | null = null;
  private stream: Stream | null = null;
  private joining: Promise<void> | null = null;
  private flushing = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private typedAt = 0;
  private reading = false;

  constructor(
    readonly config: Config,
    private readonly server: Server,
    private readonly storage: Storage,
    private identity: Identity,
    private readonly locale: string,
    private readonly watcher: Watcher,
  ) {
    addEventListener("online", () => void this.flush());
    storage.onToken(() => this.tokenChanged());
  }

  /** Takes up what was begun on an earlier page; a new visitor costs the server nothing until they write. */
  start(): void {
    const user = userOf(this.identity);
    if (this.storage.token !== null && this.storage.user !== user) this.storage.forget();
    this.showWaiting();
    if (this.storage.token !== null || user !== null || this.storage.waiting.length > 0) void this.resume();
  }

  private async resume(): Promise<void> {
    try {
      await this.join();
      await this.flush();
    } catch (error) {
      this.note(error);
    }
  }

  get unread(): number {
    return this.messages.filter((one) => one.from === "team" && one.status !== "read" && !one.deleted).length;
  }

  join(): Promise<void> {
    this.joining ??= this.begin().catch((error: unknown) => {
      this.joining = null;
      throw error;
    });
    return this.joining;
  }

  private async begin(): Promise<void> {
    const session = await this.storage.alone("session", () => this.session());
    this.introduced = session.introduced;
    this.watcher.identity(session.identified);
    const history = await this.server.history(null);
    this.more = history.more;
    this.seen = history.seen;
    for (const message of history.data) this.put(message);
    this.trouble = null;
    this.stream?.stop();
    this.stream = new Stream(this.server, history.cursor, {
      event: (name, data) => this.event(name, data),
      connected: (connected) => this.connected(connected),
      gone: () => this.restart(),
    });
    this.watcher.changed();
  }

  private async session(): Promise<Session> {
    const user = userOf(this.identity);
    for (;;) {
      const token = this.storage.token;
      try {
        const session = await this.server.session(this.identity, this.locale);
        if (session.token !== null) this.storage.token = session.token;
        this.storage.user = user;
        return session;
      } catch (error) {
        if (!(error instanceof Refused && error.isGone)) throw error;
        // Revoked or long unused. Unless another tab has a newer one by now, it is begun anew.
        if (this.storage.token === token) {
          if (token === null) throw error;
          this.storage.token = null;
        }
      }
    }
  }

  private restart(): void {
    this.stop();
    if (this.storage.token !== null || userOf(this.identity) !== null) void this.resume();
  }

  private stop(): void {
    this.stream?.stop();
    this.stream = null;
    this.joining = null;
  }

  private tokenChanged(): void {
    if (this.storage.token === null) {
      this.clear();
    } else if (this.joining === null) {
      void this.resume();
    }
  }

  private clear(): void {
    this.stop();
    this.messages = [];
    this.more = false;
    this.seen = null;
    this.introduced = false;
    this.watcher.changed();
  }

  async identify(identity: Identity): Promise<void> {
    const other = this.storage.user !== null && this.storage.user !== userOf(identity);
    if (other) await this.logout();
    this.identity = identity;
    this.clear();
    this.showWaiting();
    await this.resume();
  }

  async logout(): Promise<void> {
    this.identity = {};
    const leave = this.storage.token === null ? null : this.server.leave().catch(() => undefined);
    this.clear();
    await leave;
    this.storage.forget();
    this.watcher.identity(false);
  }

  async introduce(values: Record<string, string>): Promise<void> {
    await this.join();
    if (Object.keys(values).length > 0) await this.server.introduce(values);
    this.introduced = true;
    this.watcher.changed();
  }

  async older(): Promise<void> {
    const first = this.messages.find((one) => !one.local);
    if (!first || !this.more) return;
    const history = await this.server.history(first.id);
    this.more = history.more;
    for (const message of history.data) this.put(message);
    this.watcher.changed();
  }

  // Going out

  send(text: string, choice?: Waiting["choice"]): void {
    const waiting = { clientId: newId(), text, at: new Date().toISOString(), ...(choice ? { choice } : {}) };
    this.storage.waiting = [...this.storage.waiting, waiting];
    this.typedAt = 0;
    this.showWaiting();
    void this.flush();
  }

  choose(message: Shown, choice: Choice): void {
    if (this.answerTo(message) === undefined) this.send(choice.title, { message_id: message.id, id: choice.id });
  }

  /** What the visitor chose of what was offered there. */
  answerTo(message: Shown): Shown | undefined {
    return this.messages.find((one) => one.from === "visitor" && one.reply_to === message.id && one.local?.state !== "failed");
  }

  /** The visitor's last message that the server has, and whether the team has read it. */
  get lastOwn(): { message: Shown | undefined; read: boolean } {
    const of = (found: (one: Shown) => boolean): number => this.messages.map(found).lastIndexOf(true);
    const own = of((one) => one.from === "visitor" && !one.local);
    return { message: this.messages[own], read: own >= 0 && own <= of((one) => one.id === this.seen) };
  }

  private showWaiting(): void {
    for (const one of this.storage.waiting) {
      if (this.messages.some((shown) => shown.client_id === one.clientId)) continue;
      this.messages.push({ ...local(one.clientId, one.text, one.at, null), reply_to: one.choice?.message_id ?? null });
    }
    this.watcher.changed();
  }

  /** In order, one tab at a time; the same again is the same message. */
  async flush(): Promise<void> {
    if (this.flushing) return;
    this.flushing = true;
    clearTimeout(this.timer);
    try {
      if (this.storage.waiting.length > 0) await this.storage.alone("queue", () => this.flushAlone());
      this.trouble = this.trouble === "offline" && this.stream === null ? this.trouble : null;
    } catch (error) {
      this.note(error);
      const wait = error instanceof Refused && error.retryAfter !== null ? error.retryAfter * 1000 : AGAIN;
      this.timer = setTimeout(() => void this.flush(), wait);
    } finally {
      this.flushing = false;
      this.watcher.changed();
    }
  }

  private async flushAlone(): Promise<void> {
    for (let first = this.storage.waiting[0]; first; first = this.storage.waiting[0]) {
      const { clientId } = first;
      const done = (): void => {
        this.storage.waiting = this.storage.waiting.filter((one) => one.clientId !== clientId);
      };
      try {
        await this.join();
        this.put(await this.server.send(first));
        done();
      } catch (error) {
        if (error instanceof Refused && error.isGone) {
          this.restart();
          if (this.storage.token === null) continue;
        }
        if (!(error instanceof Refused) || error.isTemporary) throw error;
        done();
        this.fail(clientId);
      }
      this.watcher.changed();
    }
  }

  private fail(clientId: string): void {
    const shown = this.messages.find((one) => one.client_id === clientId);
    if (shown?.local) shown.local.state = "failed";
  }

  attach(file: File): void {
    const shown = local(newId(), "", new Date().toISOString(), file);
    this.messages.push(shown);
    this.watcher.changed();
    void this.upload(shown);
  }

  private async upload(shown: Shown): Promise<void> {
    const { local } = shown;
    if (!local?.file || shown.client_id === null) return;
    const stop = new AbortController();
    Object.assign(local, { state: "waiting", progress: 0, stop });
    this.watcher.changed();
    try {
      await this.join();
      const progress = (share: number): void => {
        local.progress = share;
        this.watcher.changed();
      };
      this.put(await this.server.upload(shown.client_id, local.file, progress, stop.signal));
    } catch (error) {
      local.state = "failed";
      if (stop.signal.aborted) this.discard(shown);
      else this.note(error);
    }
    this.watcher.changed();
  }

  retry(shown: Shown): void {
    if (shown.local?.file) void this.upload(shown);
    else {
      const choice = this.messages.find((one) => one.id === shown.reply_to)?.choices.find((one) => one.title === shown.text);
      this.discard(shown);
      this.send(shown.text, choice && shown.reply_to !== null ? { message_id: shown.reply_to, id: choice.id } : undefined);
    }
  }

  discard(shown: Shown): void {
    shown.local?.stop?.abort();
    this.messages = this.messages.filter((one) => one !== shown);
    this.watcher.changed();
  }

  typing(text: string): void {
    if (this.stream === null) return;
    const now = Date.now();
    if (text === "" && this.typedAt > 0) {
      this.typedAt = 0;
      void this.server.typing("stopped").catch(() => undefined);
    } else if (text !== "" && now - this.typedAt > TYPING_EVERY) {
      this.typedAt = now;
      void this.server.typing("typing").catch(() => undefined);
    }
  }

  /** Somebody looks at it. */
  async read(): Promise<void> {
    if (this.reading || this.unread === 0 || this.stream === null) return;
    this.reading = true;
    try {
      // What comes while it is on its way is not read by it.
      const looked = new Set(this.messages.filter((one) => one.from === "team").map((one) => one.id));
      await this.server.read();
      for (const one of this.messages) if (looked.has(one.id)) one.status = "read";
      this.watcher.changed();
    } catch {
      // It stays unread, and is read again with the next look.
    } finally {
      this.reading = false;
    }
  }

  file(id: string): Promise<Blob> {
    return this.server.file(id);
  }

  // Coming in

  private event(name: string, data: unknown): void {
    if (name === "message") {
      const message = data as WireMessage;
      const known = this.messages.some((one) => one.id === message.id);
      const shown = this.put(message);
      if (!known && message.from === "team") {
        this.watcher.typing(null);
        this.watcher.arrived(shown);
      }
      this.watcher.changed();
    } else if (name === "typing") {
      const { state, name: who } = data as { state: string; name: string | null };
      this.watcher.typing(state === "typing" ? (who ?? "") : null);
    } else if (name === "seen") {
      this.seen = (data as { up_to: string }).up_to;
      this.watcher.changed();
    } else if (name === "reset") {
      // The server begins elsewhere: what it has is read anew.
      this.restart();
    }
  }

  private connected(connected: boolean): void {
    const trouble: Trouble = connected ? null : "offline";
    if (connected && this.storage.waiting.length > 0) void this.flush();
    if (trouble !== this.trouble) {
      this.trouble = trouble;
      this.watcher.changed();
    }
  }

  private note(error: unknown): void {
    if (error instanceof Unreachable) this.trouble = "offline";
    else if (error instanceof Refused) this.trouble = error.status === 429 ? "too_many" : "refused";
    else console.error("Recado webchat:", error);
    if (error instanceof Refused && error.status !== 429) console.error(`Recado webchat: ${error.code}: ${error.message}`);
    this.watcher.changed();
  }

  /** Known by its id, or by the id that it was sent with; the later word stands. */
  private put(message: WireMessage): Shown {
    const known = this.messages.find(
      (one) => one.id === message.id || (message.client_id !== null && one.client_id === message.client_id),
    );
    if (known) {
      Object.assign(known, message);
      delete known.local;
    }
    const shown = known ?? { ...message };
    if (!known) this.messages.push(shown);
    this.messages.sort(inOrder);
    return shown;
  }
}

/** A random UUID; `crypto.randomUUID` is not there on pages without https. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20].map((at, n, all) => hex.slice(all[n - 1] ?? 0, at)).concat(hex.slice(20)).join("-");
}

/** What is not sent yet comes last. */
function inOrder(a: Shown, b: Shown): number {
  const pending = Number(a.local !== undefined) - Number(b.local !== undefined);
  if (pending !== 0) return pending;
  if (a.sent_at !== b.sent_at) return a.sent_at < b.sent_at ? -1 : 1;
  return a.local ? 0 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function local(clientId: string, text: string, at: string, file: File | null): Shown {
  return {
    id: clientId,
    client_id: clientId,
    from: "visitor",
    name: null,
    type: file ? "document" : "text",
    text,
    file: file && { id: "", name: file.name, mime: file.type, size: file.size },
    choices: [],
    reply_to: null,
    status: "",
    sent_at: at,
    edited: false,
    deleted: false,
    local: { state: "waiting", progress: null, file, stop: null },
  };
}
