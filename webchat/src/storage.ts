// What a browser keeps of one channel's chat. What it does not take (a private window, a full store), this page keeps.
import type { Identity } from "./wire.js";

export interface Waiting {
  clientId: string;
  text: string;
  at: string;
  /** What is chosen, and in which message; `text` is its title. */
  choice?: { message_id: string; id: string };
}

export class Storage {
  private readonly memory = new Map<string, string>();

  constructor(private readonly prefix: string) {}

  private get(name: string): string | null {
    // What the browser did not take is newer than what it has.
    const kept = this.memory.get(name);
    if (kept !== undefined) return kept;
    try {
      return localStorage.getItem(this.prefix + name);
    } catch {
      return null;
    }
  }

  private set(name: string, value: string | null): void {
    try {
      if (value === null) localStorage.removeItem(this.prefix + name);
      else localStorage.setItem(this.prefix + name, value);
      this.memory.delete(name);
    } catch {
      if (value === null) this.memory.delete(name);
      else this.memory.set(name, value);
    }
  }

  get token(): string | null {
    return this.get("token");
  }

  set token(token: string | null) {
    this.set("token", token);
  }

  /** Whom the token was given to, as the page said it: another user of the page must not go on with it. */
  get user(): string | null {
    return this.get("user");
  }

  set user(user: string | null) {
    this.set("user", user);
  }

  get isOpen(): boolean {
    return this.get("open") === "1";
  }

  set isOpen(open: boolean) {
    this.set("open", open ? "1" : null);
  }

  /** Texts that were written and not yet taken by the server. */
  get waiting(): Waiting[] {
    try {
      const found: unknown = JSON.parse(this.get("waiting") ?? "[]");
      return Array.isArray(found) ? (found as Waiting[]).filter((one) => typeof one?.clientId === "string") : [];
    } catch {
      return [];
    }
  }

  set waiting(waiting: Waiting[]) {
    this.set("waiting", waiting.length > 0 ? JSON.stringify(waiting) : null);
  }

  get draft(): string {
    return this.get("draft") ?? "";
  }

  set draft(text: string) {
    this.set("draft", text === "" ? null : text);
  }

  forget(): void {
    for (const name of ["token", "user", "waiting", "draft"]) this.set(name, null);
  }

  /** Tells when another tab signs in or out. */
  onToken(changed: () => void): void {
    addEventListener("storage", (event) => {
      if (event.key === this.prefix + "token" || event.key === null) changed();
    });
  }

  /** One tab at a time, where the browser can say so. */
  alone<T>(what: string, work: () => Promise<T>): Promise<T> {
    const locks = (navigator as { locks?: LockManager }).locks;
    return locks ? (locks.request(`${this.prefix}${what}`, work) as Promise<T>) : work();
  }
}

/** The part of an identity that says whose the token is. */
export function userOf(identity: Identity): string | null {
  if (identity.userToken) {
    try {
      const part = (identity.userToken.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
      const subject: unknown = (JSON.parse(atob(part)) as { sub?: unknown }).sub;
      return typeof subject === "string" ? subject : null;
    } catch {
      return null;
    }
  }
  return identity.externalUserId ?? null;
}
