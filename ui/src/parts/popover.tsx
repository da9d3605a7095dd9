// A button that opens something small beside it. What opens is made when it is opened: a list has a menu in each of its rows,
// and hardly any is ever used.
import { Popover as Kobalte } from "@kobalte/core/popover";
import { Show, createSignal, type JSX } from "solid-js";
import { useLayer } from "./layer";
import b from "./button.module.css";
import m from "./menu.module.css";

export function Popover(props: {
  label: string;
  trigger: JSX.Element;
  triggerClass?: string;
  iconOnly?: boolean;
  class?: string;
  disabled?: boolean;
  placement?: "top-start" | "bottom-start" | "bottom-end" | "top-end";
  /** Gets what closes it. */
  children: (close: () => void) => JSX.Element;
}) {
  const [open, setOpen] = createSignal(false);
  const layer = useLayer();
  let button!: HTMLButtonElement;
  // Who pressed elsewhere wants the focus there.
  let elsewhere = false;
  const close = () => {
    if (!elsewhere) button.focus({ preventScroll: true });
    elsewhere = false;
    setOpen(false);
  };
  return (
    <>
      <button
        type="button"
        ref={button}
        class={props.triggerClass ?? (props.iconOnly ? b.icon : `${b.button} ${b.plain}`)}
        aria-label={props.iconOnly ? props.label : undefined}
        title={props.iconOnly ? props.label : undefined}
        aria-haspopup="dialog"
        aria-expanded={open()}
        disabled={props.disabled}
        onClick={() => (open() ? close() : setOpen(true))}
      >
        {props.trigger}
      </button>
      <Show when={open()}>
        <Kobalte open onOpenChange={(stays) => stays || close()} anchorRef={() => button} gutter={6} placement={props.placement ?? "bottom-start"}>
          <Kobalte.Portal mount={layer}>
            <Kobalte.Content
              class={`${m.popover} ${props.class ?? ""}`}
              aria-label={props.label}
              onCloseAutoFocus={(e: Event) => e.preventDefault()}
              onInteractOutside={(e: Event) => {
                if (button.contains(e.target as Node)) e.preventDefault();
                else elsewhere = true;
              }}
            >
              {props.children(close)}
            </Kobalte.Content>
          </Kobalte.Portal>
        </Kobalte>
      </Show>
    </>
  );
}
