// Keyboard shortcuts. Each says what it does, so that the sheet behind `?` is always the truth. A shortcut lives as long
// as the component that asked for it.
import { createSignal, onCleanup } from "solid-js";

export interface Shortcut {
  /** As KeyboardEvent.key has it, with `mod+` for Ctrl or Cmd and `shift+`; two in a row with a blank: `g i`. */
  keys: string;
  /** What it does, in words. */
  label: () => string;
  /** Heading in the sheet. */
  group: () => string;
  run: (event: KeyboardEvent) => void;
  /** Whether there is anything it could do now. */
  when?: () => boolean;
  /** Also while somebody types in a field. */
  always?: boolean;
}

// No signal holds the list itself: within a router's transition what is added is written to the next state and what is
// taken away to the one before, so that the shortcuts of a page that was left would stay, and with them all of that page.
const all = new Set<Shortcut>();
const [version, setVersion] = createSignal(0);
/** Those that do something now. */
export const shortcuts = (): readonly Shortcut[] => (version(), [...all].filter((s) => s.when?.() ?? true));

export function useShortcuts(...list: Shortcut[]): void {
  for (const s of list) all.add(s);
  setVersion((n) => n + 1);
  onCleanup(() => {
    for (const s of list) all.delete(s);
    setVersion((n) => n + 1);
  });
}

/** How a key press is written in `Shortcut.keys`. */
export function pressName(e: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">): string {
  const key = e.key === " " ? "Space" : e.key.length === 1 ? e.key.toLowerCase() : e.key;
  // The shift of `?` is part of the sign; of a letter or an arrow it is a key of its own.
  const shift = e.shiftKey && (/^[a-z]$/.test(key) || e.key.length > 1);
  return `${e.ctrlKey || e.metaKey ? "mod+" : ""}${e.altKey ? "alt+" : ""}${shift ? "shift+" : ""}${key}`;
}

/** A box that is ticked takes no letters. */
const TYPED = "textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=file], [type=range], [type=color])";
const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches(TYPED));

const LETTERS = "recado.letters";
const [letters, setLettersSignal] = createSignal(recall());
/** Whether single letters do something; those with Ctrl or Cmd, `?` and Escape always do. Kept on this device. */
export { letters };
export function setLetters(on: boolean): void {
  setLettersSignal(on);
  try {
    if (on) localStorage.removeItem(LETTERS);
    else localStorage.setItem(LETTERS, "off");
  } catch {
    return;
  }
}
function recall(): boolean {
  try {
    return localStorage.getItem(LETTERS) !== "off";
  } catch {
    return true;
  }
}
const isLetter = (s: Shortcut) => /^(shift\+)?[a-z/]( [a-z])?$/.test(s.keys);

let before = "";
let beforeAt = 0;

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || /^(Shift|Control|Alt|Meta)$/.test(event.key)) return;
  const press = pressName(event);
  const pair = event.timeStamp - beforeAt < 1200 && before ? `${before} ${press}` : "";
  before = press;
  beforeAt = event.timeStamp;
  const inField = typing(event.target);
  // A dialog, a menu, a popover: Escape and letters are theirs.
  const inDialog = document.querySelector("dialog[open], [data-popper-positioner]") !== null;
  // The last one to come wins: a screen over the shell.
  const usable = shortcuts().filter((s) => ((!inField && !inDialog) || s.always) && (letters() || !isLetter(s)));
  const found = usable.findLast((s) => s.keys === pair) ?? usable.findLast((s) => s.keys === press);
  if (!found) return;
  event.preventDefault();
  before = "";
  found.run(event);
}

export function listenForKeys(): () => void {
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}

const mac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

/** `mod+k` as it stands on this machine's keys: one text per key, in order. */
export const keyCaps = (keys: string): string[] =>
  keys.split(/[ +]/).map((k) => {
    if (k === "mod") return mac ? "⌘" : "Ctrl";
    if (k === "shift") return "⇧";
    if (k === "alt") return mac ? "⌥" : "Alt";
    if (k === "ArrowDown") return "↓";
    if (k === "ArrowUp") return "↑";
    if (k === "Escape") return "Esc";
    return k.length === 1 ? k.toUpperCase() : k;
  });
