// What a popover opens. Fetched by itself, soon after the first screen stands: the placing of it is what weighs.
import { Popover as Kobalte } from "@kobalte/core/popover";
import type { JSX } from "solid-js";
import { useLayer } from "./layer";
import m from "./menu.module.css";

export default function Panel(props: {
  label: string;
  button: HTMLElement;
  class: string | undefined;
  placement: "top-start" | "bottom-start" | "bottom-end" | "top-end" | undefined;
  /** `elsewhere`: somebody pressed something else, and wants the focus there. */
  onClose: (elsewhere: boolean) => void;
  children: JSX.Element;
}) {
  const layer = useLayer();
  let elsewhere = false;
  return (
    <Kobalte open onOpenChange={(stays) => stays || props.onClose(elsewhere)} anchorRef={() => props.button} gutter={6} fitViewport placement={props.placement ?? "bottom-start"}>
      <Kobalte.Portal mount={layer}>
        <Kobalte.Content
          class={`${m.popover} ${props.class ?? ""}`}
          aria-label={props.label}
          onCloseAutoFocus={(e: Event) => e.preventDefault()}
          onInteractOutside={(e: Event) => {
            if (props.button.contains(e.target as Node)) e.preventDefault();
            else elsewhere = true;
          }}
        >
          {props.children}
        </Kobalte.Content>
      </Kobalte.Portal>
    </Kobalte>
  );
}
