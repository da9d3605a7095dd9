// Sections of a screen that are places of their own: each has an address, unlike tabs.
import { A, useLocation } from "@solidjs/router";
import { For, createEffect, on } from "solid-js";
import s from "./sections.module.css";

export interface Section {
  href: string;
  label: string;
  /** Only this very address, not what lies below it. */
  end?: boolean;
}

/** `side`: a column beside the content on a desk, a row above it on a phone. */
export function Sections(props: { label: string; sections: Section[]; side?: boolean }) {
  const location = useLocation();
  let nav!: HTMLElement;
  // On a phone the row is longer than the screen.
  createEffect(on(() => location.pathname, () => void requestAnimationFrame(() => nav.querySelector("[aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "nearest" }))));
  return (
    <nav ref={nav} class={props.side ? s.side : s.row} aria-label={props.label}>
      <For each={props.sections}>
        {(x) => (
          <A href={x.href} class={s.link} activeClass={s.here} end={x.end}>
            {x.label}
          </A>
        )}
      </For>
    </nav>
  );
}
