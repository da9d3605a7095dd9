// A button with a menu of things to do. Kobalte gives arrows, typing ahead, focus, and a place on the screen.
import { DropdownMenu } from "@kobalte/core/dropdown-menu";
import { For, Show, type JSX } from "solid-js";
import { useLayer } from "./layer";
import b from "./button.module.css";
import s from "./menu.module.css";

export interface MenuItem {
  label: string;
  icon?: JSX.Element;
  run: () => void;
  danger?: boolean;
  disabled?: boolean;
  /** A line above it. */
  apart?: boolean;
  checked?: boolean;
}

export function Menu(props: { label: string; items: MenuItem[]; children: JSX.Element; class?: string; iconOnly?: boolean }) {
  const layer = useLayer();
  return (
    <DropdownMenu gutter={4} modal={false}>
      <DropdownMenu.Trigger
        class={props.class ?? (props.iconOnly ? b.icon : `${b.button} ${b.plain}`)}
        aria-label={props.iconOnly ? props.label : undefined}
        title={props.iconOnly ? props.label : undefined}
      >
        {props.children}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal mount={layer}>
        <DropdownMenu.Content class={s.menu} aria-label={props.label}>
          <For each={props.items}>
            {(item) => (
              <>
                <Show when={item.apart}>
                  <DropdownMenu.Separator class={s.separator} />
                </Show>
                <DropdownMenu.Item
                  class={s.item}
                  classList={{ [s.danger!]: item.danger }}
                  disabled={item.disabled}
                  onSelect={() => item.run()}
                >
                  {item.icon}
                  <span>{item.label}</span>
                  <Show when={item.checked}>
                    <span class={s.mark} aria-hidden="true">
                      ✓
                    </span>
                  </Show>
                </DropdownMenu.Item>
              </>
            )}
          </For>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu>
  );
}
