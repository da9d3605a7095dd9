// Tabs within a screen. What a link should reach is a route instead.
import { For, type JSX } from "solid-js";
import s from "./tabs.module.css";

export interface Tab<T extends string> {
  id: T;
  label: string;
  extra?: JSX.Element;
}

/** Arrow keys move, as tabs do; the panel is the caller's, with `role="tabpanel"`. */
export function Tabs<T extends string>(props: { label: string; tabs: Tab<T>[]; at: T; onChange: (id: T) => void }) {
  let list!: HTMLDivElement;
  const move = (by: number) => {
    const ids = props.tabs.map((x) => x.id);
    const next = ids[(ids.indexOf(props.at) + by + ids.length) % ids.length]!;
    props.onChange(next);
    queueMicrotask(() => list.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
  };
  return (
    <div
      ref={list}
      class={s.tabs}
      role="tablist"
      aria-label={props.label}
      onKeyDown={(e) => {
        if (e.key === "ArrowRight") move(1);
        else if (e.key === "ArrowLeft") move(-1);
        else return;
        e.preventDefault();
      }}
    >
      <For each={props.tabs}>
        {(tab) => (
          <button
            type="button"
            role="tab"
            class={s.tab}
            aria-selected={tab.id === props.at}
            tabindex={tab.id === props.at ? 0 : -1}
            onClick={() => props.onChange(tab.id)}
          >
            {tab.label}
            {tab.extra}
          </button>
        )}
      </For>
    </div>
  );
}
