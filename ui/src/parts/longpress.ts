import { onCleanup } from "solid-js";

const LONG = 450;
const STILL = 10;

/** Runs where a finger stays on something within `element`; the press that it ends with is none then. */
export function longPress(element: HTMLElement, run: (target: EventTarget | null) => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let at = { x: 0, y: 0 };
  let touching = false;
  let done = false;
  const cancel = () => clearTimeout(timer);
  const handlers: [string, (e: Event) => void][] = [
    [
      "pointerdown",
      (e) => {
        const { pointerType, clientX, clientY, target } = e as PointerEvent;
        cancel();
        done = false;
        touching = pointerType === "touch";
        if (!touching) return;
        at = { x: clientX, y: clientY };
        timer = setTimeout(() => {
          done = true;
          run(target);
        }, LONG);
      },
    ],
    [
      "pointermove",
      (e) => {
        const { clientX, clientY } = e as PointerEvent;
        if (Math.hypot(clientX - at.x, clientY - at.y) > STILL) cancel();
      },
    ],
    ["pointerup", cancel],
    ["pointercancel", cancel],
    // The menu that a phone has for a link would come in between.
    ["contextmenu", (e) => touching && e.preventDefault()],
    [
      "click",
      (e) => {
        if (!done) return;
        done = false;
        e.preventDefault();
        e.stopImmediatePropagation();
      },
    ],
  ];
  for (const [name, handler] of handlers) element.addEventListener(name, handler, true);
  onCleanup(() => {
    cancel();
    for (const [name, handler] of handlers) element.removeEventListener(name, handler, true);
  });
}
