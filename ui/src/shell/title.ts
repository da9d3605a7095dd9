// The title of the tab: how many are unread, and where one is.
import { createRoot, createEffect, createSignal } from "solid-js";

const [title, setTitle] = createSignal("");
const [waiting, setWaiting] = createSignal(0);
export { setTitle, setWaiting };

createRoot(() =>
  createEffect(() => {
    const n = waiting();
    document.title = `${n > 0 ? `(${n >= 1000 ? "999+" : n}) ` : ""}${title() ? `${title()} · ` : ""}Recado`;
  }),
);
