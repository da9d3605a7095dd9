// A dialog over the page, on the browser's own <dialog>: it holds the focus, closes by Escape, gives the focus back.
import { Show, createEffect, createUniqueId, onCleanup, type JSX } from "solid-js";
import { Portal } from "solid-js/web";
import { t } from "../i18n";
import { typeHeld } from "../keys/held";
import { Button, IconButton } from "./button";
import { CloseIcon } from "./icons";
import { LayerProvider } from "./layer";
import s from "./dialog.module.css";

interface Props {
  open: boolean;
  onClose: () => void;
  title: string;
  children: JSX.Element;
  /** Buttons, the main one last. */
  actions?: JSX.Element;
  /** `side`: a sheet at the edge. `wide`: for tables and editors. `top`: held above, for what grows. */
  shape?: "normal" | "wide" | "side" | "top";
}

export function Dialog(props: Props) {
  return (
    <Show when={props.open}>
      <Portal>
        <Opened {...props} />
      </Portal>
    </Show>
  );
}

function Opened(props: Props) {
  const id = createUniqueId();
  let element!: HTMLDialogElement;
  let body!: HTMLDivElement;
  let written = false;
  const before = document.activeElement;
  createEffect(() => {
    if (!element.open) {
      element.showModal();
      // On a touch screen a field with the focus brings the keyboard over the dialog.
      const touch = matchMedia("(pointer: coarse)").matches;
      const field = touch ? null : body.querySelector<HTMLElement>("input:not([type=hidden], :disabled), select:not(:disabled), textarea:not(:disabled)");
      // Without a field: the first thing to choose, else the main action, else, where that destroys, the way back.
      const ways = [...element.querySelectorAll<HTMLElement>("footer > button:not(:disabled)")];
      const main = ways.at(-1)?.hasAttribute("data-danger") ? ways[0] : ways.at(-1);
      if (!element.querySelector("[autofocus]")) (field ?? body.querySelector<HTMLElement>("button:not(:disabled)") ?? main)?.focus({ preventScroll: true });
      queueMicrotask(() => element.open && typeHeld(element));
    }
    // What only is read, and may be longer than the screen, can be scrolled by keyboard.
    if (!body.querySelector("a, button, input, select, textarea")) body.tabIndex = 0;
  });
  onCleanup(() => {
    element.close();
    if (!(before instanceof HTMLElement) || !before.isConnected) return;
    // Chromium gives a field the focus back as long as it still counts as inert: without its caret, so that keys go nowhere.
    if (before.matches("input, textarea")) before.blur();
    before.focus();
  });
  return (
    <dialog
      ref={element}
      class={`${s.dialog} ${s[props.shape ?? "normal"]}`}
      aria-labelledby={id}
      onCancel={(e) => {
        e.preventDefault();
        props.onClose();
      }}
      onInput={() => (written = true)}
      onMouseDown={(e) => {
        // A press beside it throws nothing away that was typed.
        if (e.target === element && (!written || props.shape === "top")) props.onClose();
      }}
    >
      <div class={s.inner}>
        <header class={s.header}>
          <h2 id={id}>{props.title}</h2>
          <IconButton label={t("common.close")} onClick={() => props.onClose()} small>
            <CloseIcon />
          </IconButton>
        </header>
        <div ref={body} class={s.body}>
          <LayerProvider value={() => element}>{props.children}</LayerProvider>
        </div>
        <Show when={props.actions}>
          <footer class={s.actions}>{props.actions}</footer>
        </Show>
      </div>
    </dialog>
  );
}

/** Asks before something that cannot be taken back. */
export function Confirm(props: {
  open: boolean;
  title: string;
  text: JSX.Element;
  confirm: string;
  danger?: boolean;
  busy?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}) {
  return (
    <Dialog
      open={props.open}
      onClose={props.onClose}
      title={props.title}
      actions={
        <>
          <Button onClick={() => props.onClose()}>{t("common.cancel")}</Button>
          <Button look={props.danger ? "danger" : "primary"} busy={props.busy} onClick={() => props.onConfirm()}>
            {props.confirm}
          </Button>
        </>
      }
    >
      <p>{props.text}</p>
    </Dialog>
  );
}
