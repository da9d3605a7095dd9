// The calls. Each says what went wrong in one of three ways: refused (with the server's code), gone (the token is nobody's any
// more), or unreachable.
import type { Waiting } from "./storage.js";
import type { Config, History, Identity, Session, WireMessage } from "./wire.js";

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** Seconds to wait. */
    readonly retryAfter: number | null,
  ) {
    super(message);
  }

  get isGone(): boolean {
    return this.status === 401 && this.code === "visitor_unknown";
  }

  /** Whether the same may work later. */
  get isTemporary(): boolean {
    return this.status === 429 || this.status >= 500;
  }
}

export class Unreachable extends Error {}

export class Server {
  constructor(
    private readonly base: string,
    private readonly token: () => string | null,
  ) {}

  private headers(more: Record<string, string> = {}): Record<string, string> {
    const token = this.token();
    return token === null ? more : { authorization: `Bearer ${token}`, ...more };
  }

  async fetch(path: string, init: RequestInit = {}, headers: Record<string, string> = {}): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(this.base + path, {
        ...init,
        headers: this.headers(headers),
        credentials: "omit",
        referrerPolicy: "strict-origin",
      });
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new Unreachable(String(error));
    }
    if (!response.ok) throw await refusal(response.status, await response.text(), (name) => response.headers.get(name));
    return response;
  }

  private async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const init: RequestInit = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const headers: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" };
    const response = await this.fetch(path, init, headers);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  /** Without the token: an answer that caches may keep. */
  async config(): Promise<Config> {
    let response: Response;
    try {
      response = await fetch(`${this.base}/config`, { credentials: "omit" });
    } catch (error) {
      throw new Unreachable(String(error));
    }
    if (!response.ok) throw await refusal(response.status, await response.text(), (name) => response.headers.get(name));
    return (await response.json()) as Config;
  }

  session(identity: Identity, locale: string): Promise<Session> {
    return this.json("POST", "/session", {
      ...(identity.userToken
        ? { user_token: identity.userToken }
        : {
            ...(identity.externalUserId ? { external_user_id: identity.externalUserId } : {}),
            ...(identity.userHash ? { user_hash: identity.userHash } : {}),
          }),
      locale,
      page_url: (location.origin + location.pathname).slice(0, 500),
    });
  }

  leave(): Promise<void> {
    return this.json("DELETE", "/session");
  }

  introduce(values: Record<string, string>): Promise<void> {
    return this.json("POST", "/profile", { values });
  }

  history(before: string | null): Promise<History> {
    return this.json("GET", `/messages?limit=50${before === null ? "" : `&before=${before}`}`);
  }

  send({ clientId, text, choice }: Waiting): Promise<WireMessage> {
    return this.json("POST", "/messages", { client_id: clientId, ...(choice ? { choice } : { text }) });
  }

  typing(state: "typing" | "stopped"): Promise<void> {
    return this.json("POST", "/typing", { state });
  }

  read(): Promise<void> {
    return this.json("POST", "/read", {});
  }

  async file(id: string): Promise<Blob> {
    return (await this.fetch(`/files/${id}`)).blob();
  }

  /** The only call with progress, and `fetch` has none for what goes up. */
  upload(clientId: string, file: File, progress: (share: number) => void, stop: AbortSignal): Promise<WireMessage> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const query = new URLSearchParams({ client_id: clientId, file_name: file.name.slice(-200) || "file" });
      request.open("POST", `${this.base}/files?${query}`);
      for (const [name, value] of Object.entries(this.headers())) request.setRequestHeader(name, value);
      request.setRequestHeader("content-type", file.type || "application/octet-stream");
      request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
      request.onload = () => {
        if (request.status < 300) resolve(JSON.parse(request.responseText) as WireMessage);
        else void refusal(request.status, request.responseText, (name) => request.getResponseHeader(name)).then(reject);
      };
      request.onerror = () => reject(new Unreachable("upload"));
      request.onabort = () => reject(new DOMException("stopped", "AbortError"));
      stop.addEventListener("abort", () => request.abort());
      request.send(file);
    });
  }
}

async function refusal(status: number, body: string, header: (name: string) => string | null): Promise<Refused> {
  const wait = Number(header("retry-after"));
  const retryAfter = Number.isFinite(wait) && wait > 0 ? wait : null;
  try {
    const problem = JSON.parse(body) as { code?: string; detail?: string };
    return new Refused(status, problem.code ?? "", problem.detail ?? "", retryAfter);
  } catch {
    return new Refused(status, "", "", retryAfter);
  }
}
