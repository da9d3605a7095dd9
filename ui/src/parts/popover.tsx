// A button that opens something small beside it.
import { Popover as Kobalte } from "@kobalte/core/popover";
import { createSignal, type JSX } from "solid-js";
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
  return (
    <Kobalte open={open()} onOpenChange={setOpen} gutter={6} placement={props.placement ?? "bottom-start"}>
      <Kobalte.Trigger
        class={props.triggerClass ?? (props.iconOnly ? b.icon : `${b.button} ${b.plain}`)}
        aria-label={props.iconOnly ? props.label : undefined}
        title={props.iconOnly ? props.label : undefined}
        disabled={props.disabled}
      >
        {props.trigger}
      </Kobalte.Trigger>
      <Kobalte.Portal mount={layer}>
        <Kobalte.Content class={`${m.popover} ${props.class ?? ""}`} aria-label={props.label}>
          {props.children(() => setOpen(false))}
        </Kobalte.Content>
      </Kobalte.Portal>
    </Kobalte>
  );
}
