// Keys pressed between asking for a dialog and its being there: its code is fetched when it is first wanted, and who types
// on at once means the dialog, not what had the focus before it. They are kept, and typed into the dialog once it is open.
const LONGEST = 10_000;

let held: string[] | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

/** From now on keys are for the dialog that was just asked for. */
export function holdKeys(): void {
  forgetKeys();
  held = [];
  window.addEventListener("keydown", keep, true);
  timer = setTimeout(forgetKeys, LONGEST);
}

/** The dialog does not come. */
export function forgetKeys(): void {
  clearTimeout(timer);
  window.removeEventListener("keydown", keep, true);
  held = undefined;
}

function keep(event: KeyboardEvent): void {
  if (!held || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.length > 1 && !/^(Backspace|Enter|Escape)$/.test(event.key)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!event.repeat) held.push(event.key);
}

/** The dialog is open and has the focus: what was typed for it meanwhile. */
export function typeHeld(dialog: HTMLDialogElement): void {
  const keys = held;
  if (!keys) return;
  forgetKeys();
  for (const key of keys) {
    const field = document.activeElement;
    if (!field || !dialog.contains(field)) return;
    if (key === "Escape") dialog.dispatchEvent(new Event("cancel", { cancelable: true }));
    else if (key === "Enter") field.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    // Deprecated, and the one way to type into a field so that it hears of it as of typing.
    else if (key === "Backspace") document.execCommand("delete");
    else document.execCommand("insertText", false, key);
  }
}
