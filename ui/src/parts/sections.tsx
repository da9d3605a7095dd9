// Sections of a screen that are places of their own: each has an address, unlike tabs.
import { A, useLocation } from "@solidjs/router";
import { For, createEffect, on, onCleanup, onMount } from "solid-js";
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
  let row!: HTMLElement;
  // Where there are more than fit beside each other, the one that is open is to be seen.
  const reveal = () => {
    const here = row.querySelector<HTMLElement>('[aria-current="page"]');
    if (here) row.scrollTo({ left: here.offsetLeft - (row.clientWidth - here.offsetWidth) / 2 });
  };
  createEffect(on(() => location.pathname, () => requestAnimationFrame(reveal)));
  // It has no size before it is in the page, and another when a phone is turned.
  const sized = new ResizeObserver(reveal);
  onMount(() => sized.observe(row));
  onCleanup(() => sized.disconnect());
  return (
    <nav ref={row} class={props.side ? s.side : s.row} aria-label={props.label}>
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
