// Short words about what just happened, at the edge of the screen and read aloud. Errors stay until they are closed.
import { For, Show, createEffect, createSignal } from "solid-js";
import { explain } from "../api/problem";
import { t } from "../i18n";
import { IconButton } from "./button";
import { AlertIcon, CircleCheckIcon, CloseIcon } from "./icons";
import s from "./toast.module.css";

interface Toast {
  id: number;
  text: string;
  error: boolean;
  action?: { label: string; run: () => void } | undefined;
}

const [toasts, setToasts] = createSignal<Toast[]>([]);
let next = 1;

const close = (id: number) => setToasts((all) => all.filter((x) => x.id !== id));

/** `stays`: until it is closed. */
export function tell(text: string, action?: Toast["action"], stays = false): void {
  const id = next++;
  // The same again takes the place of the one before.
  setToasts((all) => [...all.filter((x) => x.text !== text || x.error).slice(-3), { id, text, error: false, action }]);
  if (!stays) setTimeout(close, action ? 8000 : 4000, id);
}

/** Any error, in words. Twice the same is shown once. */
export function tellError(error: unknown, action?: Toast["action"]): void {
  if (error instanceof DOMException && error.name === "AbortError") return;
  const text = explain(error);
  setToasts((all) => [...all.filter((x) => x.text !== text).slice(-3), { id: next++, text, error: true, action }]);
}

/** `inbox`: where a list and what is written are; `deep`: a conversation, which a phone gives the whole screen to. */
export function Toasts(props: { inbox: boolean; deep: boolean }) {
  let list!: HTMLDivElement;
  // Shown anew for each, so that it lies above a dialog that was opened since.
  createEffect(() => {
    if (list.matches(":popover-open")) list.hidePopover();
    if (toasts().length > 0) list.showPopover();
  });
  return (
    <div ref={list} popover="manual" class={s.toasts} classList={{ [s.inbox!]: props.inbox, [s.deep!]: props.deep }} role="region" aria-label={t("common.messages")} aria-live="polite">
      <For each={toasts()}>
        {(toast) => (
          <div class={s.toast} classList={{ [s.error!]: toast.error }} role={toast.error ? "alert" : "status"}>
            {toast.error ? <AlertIcon /> : <CircleCheckIcon />}
            <span class={s.text}>{toast.text}</span>
            <Show when={toast.action}>
              {(action) => (
                <button
                  type="button"
                  class={s.action}
                  onClick={() => {
                    action().run();
                    close(toast.id);
                  }}
                >
                  {action().label}
                </button>
              )}
            </Show>
            <IconButton label={t("common.close")} small onClick={() => close(toast.id)}>
              <CloseIcon size={15} />
            </IconButton>
          </div>
        )}
      </For>
    </div>
  );
}
