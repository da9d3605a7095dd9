// What was begun and not sent, per conversation: on this device at once, so that nothing is lost and no key waits; on the
// server soon after, so that it is there on another device.
import { json } from "../../../api/client";
import { me } from "../../../session";

const LOCAL = 200;
const SERVER = 1500;

export interface Draft {
  read: (known: string | null) => string;
  write: (text: string) => void;
  /** It was sent, or thrown away. */
  clear: () => void;
  /** Saves at once what waits. */
  flush: () => void;
}

export function draftOf(contact: string): Draft {
  const key = `recado.draft.${me().id}.${contact}`;
  let local: ReturnType<typeof setTimeout> | undefined;
  let server: ReturnType<typeof setTimeout> | undefined;
  let text = "";
  let stored: string | null = null;

  const saveLocal = () => {
    clearTimeout(local);
    local = undefined;
    try {
      if (text) localStorage.setItem(key, text);
      else localStorage.removeItem(key);
    } catch {
      return;
    }
  };
  const saveServer = () => {
    clearTimeout(server);
    server = undefined;
    if ((stored ?? "") === text) return;
    stored = text;
    const done = text ? json("PUT", `/conversations/${contact}/draft`, { body: { text } }) : json("DELETE", `/conversations/${contact}/draft`);
    // It stands on this device; the next key tries again.
    done.catch(() => (stored = null));
  };

  return {
    read: (known) => {
      // What waits to be saved is the newest there is.
      if (local !== undefined || server !== undefined) return text;
      stored = known;
      let here: string | null = null;
      try {
        here = localStorage.getItem(key);
      } catch {
        here = null;
      }
      text = here ?? known ?? "";
      return text;
    },
    write: (next) => {
      text = next;
      local ??= setTimeout(saveLocal, LOCAL);
      clearTimeout(server);
      server = setTimeout(saveServer, SERVER);
    },
    clear: () => {
      text = "";
      saveLocal();
      saveServer();
    },
    flush: () => {
      if (local !== undefined) saveLocal();
      if (server !== undefined) saveServer();
    },
  };
}
