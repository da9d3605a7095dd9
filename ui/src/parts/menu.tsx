// A button with a menu of things to do: arrows move, a letter jumps, Escape closes.
import { For, Show, onMount, type JSX } from "solid-js";
import { Popover } from "./popover";
import { plain } from "./text";
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
  return (
    <Popover label={props.label} trigger={props.children} triggerClass={props.class} iconOnly={props.iconOnly}>
      {(close) => <Items label={props.label} items={props.items} close={close} />}
    </Popover>
  );
}

function Items(props: { label: string; items: MenuItem[]; close: () => void }) {
  let list!: HTMLUListElement;
  const buttons = () => [...list.querySelectorAll<HTMLButtonElement>("button:not(:disabled)")];
  onMount(() => queueMicrotask(() => buttons()[0]?.focus()));

  const onKeyDown = (e: KeyboardEvent) => {
    const all = buttons();
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const to = (i: number) => all[(i + all.length) % all.length]?.focus();
    if (e.key === "ArrowDown") to(at + 1);
    else if (e.key === "ArrowUp") to(at - 1);
    else if (e.key === "Home") to(0);
    else if (e.key === "End") to(all.length - 1);
    else if (e.key.length === 1 && e.key !== " " && !e.ctrlKey && !e.metaKey) {
      const from = [...all.slice(at + 1), ...all.slice(0, at + 1)];
      from.find((b) => plain(b.textContent ?? "").startsWith(plain(e.key)))?.focus();
    } else return;
    e.preventDefault();
    e.stopPropagation();
  };

  return (
    <ul ref={list} role="menu" aria-label={props.label} onKeyDown={onKeyDown}>
      <For each={props.items}>
        {(item) => (
          <>
            <Show when={item.apart}>
              <li role="separator" class={s.separator} />
            </Show>
            <li role="none">
              <button
                type="button"
                role={item.checked === undefined ? "menuitem" : "menuitemradio"}
                aria-checked={item.checked}
                class={s.item}
                classList={{ [s.danger!]: item.danger }}
                disabled={item.disabled}
                tabindex="-1"
                onMouseMove={(e) => e.currentTarget.focus({ preventScroll: true })}
                onClick={() => {
                  props.close();
                  item.run();
                }}
              >
                {item.icon}
                <span>{item.label}</span>
                <Show when={item.checked}>
                  <span class={s.mark} aria-hidden="true">
                    ✓
                  </span>
                </Show>
              </button>
            </li>
          </>
        )}
      </For>
    </ul>
  );
}
