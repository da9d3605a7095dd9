// What a page gets from the script tag: the widget, and `window.recadoWebchat` to steer it.
//
//   <script async src="https://crm.example.com/webchat.js" data-channel="…"></script>
import { Chat } from "./chat.js";
import { Refused, Server } from "./server.js";
import { Storage } from "./storage.js";
import { choose } from "./texts/index.js";
import { Widget } from "./view/widget.js";
import type { Config, Identity } from "./wire.js";

type EventName = "ready" | "open" | "close" | "message" | "unread" | "identity";
type Handler = (detail: unknown) => void;

/** What a page may say in `window.recadoWebchat` before the script is there. */
interface Options extends Identity {
  channel?: string;
  server?: string;
  language?: string;
  title?: string;
  greeting?: string;
  color?: string;
  position?: "left" | "right";
  theme?: "light" | "dark" | "auto";
  launcher?: boolean;
  open?: boolean;
  on?: Partial<Record<EventName, Handler>>;
}

interface Api {
  open(): void;
  close(): void;
  toggle(): void;
  identify(identity: Identity): Promise<void>;
  logout(): Promise<void>;
  on(event: EventName, handler: Handler): () => void;
  readonly unread: number;
  readonly isOpen: boolean;
}

declare global {
  interface Window {
    recadoWebchat?: Options | Api;
  }
}

const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript : null;
const AGAIN = [2, 5, 15, 60, 300];

async function configuration(server: Server): Promise<Config | null> {
  for (let turn = 0; ; turn += 1) {
    try {
      return await server.config();
    } catch (error) {
      if (error instanceof Refused && !error.isTemporary) {
        console.error(`Recado webchat: ${error.code}: ${error.message}`);
        return null;
      }
      const seconds = AGAIN[Math.min(turn, AGAIN.length - 1)] ?? 300;
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000 * (0.75 + Math.random() / 2)));
    }
  }
}

async function start(options: Options): Promise<void> {
  const channel = options.channel ?? script?.dataset.channel;
  const origin = options.server ?? script?.dataset.server ?? (script ? new URL(script.src, location.href).origin : null);
  if (!channel || !origin) {
    console.error("Recado webchat: say which channel, with data-channel or recadoWebchat.channel.");
    return;
  }
  const base = `${origin.replace(/\/+$/, "")}/webchat/${encodeURIComponent(channel)}`;
  const storage = new Storage(`recado:${channel}:`);
  const server = new Server(base, () => storage.token);
  const handlers = new Map<EventName, Set<Handler>>();
  const on = (event: EventName, handler: Handler): (() => void) => {
    const all = handlers.get(event) ?? new Set();
    handlers.set(event, all.add(handler));
    return () => all.delete(handler);
  };
  const tell = (event: EventName, detail: unknown): void => {
    for (const handler of [...(handlers.get(event) ?? [])]) {
      try {
        handler(detail);
      } catch (error) {
        console.error("Recado webchat: a handler of this page failed:", error);
      }
    }
  };
  for (const [event, handler] of Object.entries(options.on ?? {})) on(event as EventName, handler);

  const config = await configuration(server);
  if (config === null) return;
  const wanted = [options.language ?? "", document.documentElement.lang, ...navigator.languages];
  const language = choose(wanted.filter(Boolean), config.languages);
  let widget: Widget | null = null;
  let unread = 0;
  const identity: Identity = {
    ...(options.externalUserId ? { externalUserId: options.externalUserId } : {}),
    ...(options.userHash ? { userHash: options.userHash } : {}),
    ...(options.userToken ? { userToken: options.userToken } : {}),
  };
  const chat = new Chat(config, server, storage, identity, language, {
    changed: () => {
      widget?.changed();
      if (chat.unread !== unread) {
        unread = chat.unread;
        tell("unread", { unread });
      }
    },
    arrived: (message) => {
      widget?.arrived(message);
      tell("message", { id: message.id, text: message.text, from: message.from });
    },
    typing: (name) => widget?.typing(name),
    identity: (identified) => tell("identity", { identified }),
  });
  widget = new Widget(
    chat,
    storage,
    {
      language,
      title: options.title ?? config.title,
      greeting: options.greeting ?? config.greeting,
      color: options.color ?? config.color,
      position: options.position ?? config.position,
      theme: options.theme ?? "auto",
      launcher: options.launcher ?? true,
    },
    (event) => tell(event, {}),
  );
  const shown = widget;
  document.body.append(shown.host);
  shown.restore();
  const api: Api = {
    open: () => shown.open(),
    close: () => shown.close(),
    toggle: () => (shown.isOpen ? shown.close() : shown.open()),
    identify: (of) => chat.identify(of),
    logout: () => chat.logout(),
    on,
    get unread() {
      return chat.unread;
    },
    get isOpen() {
      return shown.isOpen;
    },
  };
  window.recadoWebchat = api;
  chat.start();
  if (options.open) shown.open();
  tell("ready", api);
  dispatchEvent(new CustomEvent("recadoWebchat:ready", { detail: api }));
}

const given = window.recadoWebchat;
// Twice on a page is once.
if (!given || !("identify" in given)) {
  const options: Options = given ?? {};
  if (document.body) void start(options);
  else addEventListener("DOMContentLoaded", () => void start(options), { once: true });
}
