import type { JSX } from "solid-js";
import s from "./badge.module.css";
import colours from "./tagcolours.module.css";

export type Tone = "neutral" | "accent" | "success" | "warning" | "danger" | "info";

/** A word about a state. Never only by colour: the word says it. */
export function Badge(props: { tone?: Tone; icon?: JSX.Element; title?: string; children: JSX.Element }) {
  return (
    <span class={`${s.badge} ${s[props.tone ?? "neutral"]}`} title={props.title}>
      {props.icon}
      <span class="clip">{props.children}</span>
    </span>
  );
}

/** A number of things that wait. */
export function Count(props: { n: number; label: string; max?: number }) {
  return (
    <span class={s.count}>
      <span aria-hidden="true">{props.n > (props.max ?? 99) ? `${props.max ?? 99}+` : props.n}</span>
      <span class="sr">{props.label}</span>
    </span>
  );
}

/** The class that gives a tag its colour, `--c`. */
export const tagColour = (variant: string): string => colours[`v-${variant}`] ?? colours["v-gray"]!;

/** A tag in its colour (`variant` of the API). */
export function TagChip(props: { value: string; variant: string; onRemove?: () => void; removeLabel?: string }) {
  return (
    <span class={`${s.tag} ${tagColour(props.variant)}`}>
      <span class="clip">{props.value}</span>
      {props.onRemove && (
        <button type="button" class={s.remove} aria-label={props.removeLabel} onClick={() => props.onRemove?.()}>
          ×
        </button>
      )}
    </span>
  );
}
