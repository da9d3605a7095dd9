// What was begun and not sent, per conversation: on this device at once, so that nothing is lost and no key waits; on the
// server soon after, so that it is there on another device. What the server has not got yet is this device's to say; what
// it has got, another device may have sent since, so there the server has the last word.
import { json } from "../../../api/client";
import type { Conversation } from "../../../api/contract";
import type { Message } from "../../../api/types";
import { me } from "../../../session";

const LOCAL = 200;
const SERVER = 1500;

/** As it lies on this device: `server` is what the server had when it last told us, null for nothing. */
interface Kept {
  text: string;
  server: string | null;
}

export interface Draft {
  read: (known: string | null) => string;
  write: (text: string) => void;
  /** It was sent, or thrown away. */
  clear: () => void;
  /** Saves at once what waits. */
  flush: () => void;
  /** Asks the server; the text that stands there now, where it is not what stands here and nothing was written since. */
  check: () => Promise<string | undefined>;
}

// Over two connections a deletion could be overtaken by what was to be deleted.
const lines = new Map<string, Promise<void>>();
function inLine(contact: string, work: () => Promise<void>): void {
  const line = (lines.get(contact) ?? Promise.resolve()).then(work);
  lines.set(contact, line);
  void line.then(() => lines.get(contact) === line && lines.delete(contact));
}

/** `onSaved` is told each time that the server has another. */
export function draftOf(contact: string, onSaved: () => void): Draft {
  const key = `recado.draft.${me().id}.${contact}`;
  let local: ReturnType<typeof setTimeout> | undefined;
  let server: ReturnType<typeof setTimeout> | undefined;
  let text = "";
  let stored: string | null = null;
  let begun = false;
  /** Grows with all that could make an answer of the server old. */
  let written = 0;

  const saveLocal = () => {
    clearTimeout(local);
    local = undefined;
    keep(key, text === "" && stored === null ? null : JSON.stringify({ text, server: stored } satisfies Kept));
  };
  const saveServer = () => {
    clearTimeout(server);
    server = undefined;
    const wanted = text;
    inLine(contact, async () => {
      // Something newer waits in the line, or the server has it already.
      if (wanted !== text || wanted === (stored ?? "")) return;
      try {
        await (wanted ? json("PUT", `/conversations/${contact}/draft`, { body: { text: wanted } }) : json("DELETE", `/conversations/${contact}/draft`));
      } catch {
        // It stands on this device; the next key tries again, or the next time that it is opened.
        return;
      }
      stored = wanted || null;
      written += 1;
      saveLocal();
      onSaved();
    });
  };

  return {
    read: (known) => {
      // What was read once is kept here, newer than anything that the list knows.
      if (begun) return text;
      begun = true;
      const here = kept(key);
      stored = here ? here.server : known;
      text = here?.text ?? known ?? "";
      if (here && here.text !== (here.server ?? "")) server = setTimeout(saveServer, SERVER);
      return text;
    },
    write: (next) => {
      text = next;
      written += 1;
      local ??= setTimeout(saveLocal, LOCAL);
      clearTimeout(server);
      server = setTimeout(saveServer, SERVER);
    },
    clear: () => {
      text = "";
      written += 1;
      saveLocal();
      saveServer();
    },
    flush: () => {
      if (local !== undefined) saveLocal();
      if (server !== undefined) saveServer();
    },
    check: async () => {
      const unsaid = () => lines.has(contact) || text !== (stored ?? "");
      if (unsaid()) return undefined;
      const before = written;
      const { draft } = await json<Conversation>("GET", `/conversations/${contact}`);
      if (before !== written || unsaid() || draft === stored) return undefined;
      stored = draft;
      text = draft ?? "";
      saveLocal();
      return text;
    },
  };
}

/** A note half written: it stays on this device, apart from the message that may stand there as well. */
export function noteDraft(contact: string): { read: () => string; write: (text: string) => void } {
  const key = `recado.note.${me().id}.${contact}`;
  return { read: () => recall(key) ?? "", write: (text) => keep(key, text || null) };
}

/** Which message the draft answers: with the conversation for as long as this tab is, over a reload as well. */
export function replyOf(contact: string): { read: () => Message | null; write: (to: Message | null) => void } {
  const key = `recado.reply.${me().id}.${contact}`;
  return {
    read: () => {
      try {
        return JSON.parse(recall(key, true) ?? "null") as Message | null;
      } catch {
        return null;
      }
    },
    write: (to) => keep(key, to && JSON.stringify(to), true),
  };
}

function kept(key: string): Kept | null {
  const said = recall(key);
  if (said === null) return null;
  try {
    const found = JSON.parse(said) as Partial<Kept> | null;
    if (typeof found?.text === "string") return { text: found.text, server: found.server ?? null };
  } catch {
    // As earlier versions kept it: the text alone.
  }
  return { text: said, server: null };
}

// Storage may be refused, or full: then it is there as long as the page is.
function keep(key: string, value: string | null, ofTab = false): void {
  try {
    const where = ofTab ? sessionStorage : localStorage;
    if (value === null) where.removeItem(key);
    else where.setItem(key, value);
  } catch {
    return;
  }
}

function recall(key: string, ofTab = false): string | null {
  try {
    return (ofTab ? sessionStorage : localStorage).getItem(key);
  } catch {
    return null;
  }
}
