import { Show } from "solid-js";
import { ContactIcon } from "./icons";
import { hue, initials } from "./text";
import s from "./avatar.module.css";

const COLOURS = ["teal", "blue", "indigo", "purple", "pink", "brown", "cyan", "green"] as const;

/** Stands beside a name that is written out, so it says nothing to a screen reader. */
export function Avatar(props: { name: string | null | undefined; of: string; size?: "s" | "m" | "l"; presence?: string | undefined }) {
  const letters = () => initials(props.name ?? "");
  return (
    <span class={`${s.avatar} ${s[props.size ?? "m"]} ${s[COLOURS[hue(props.of, COLOURS.length)]!]}`} aria-hidden="true">
      <Show when={letters()} fallback={<ContactIcon size={props.size === "s" ? 13 : 18} />}>
        {/* Drawn by the style sheet: a picture of the name, no text beside it. */}
        <span class={s.letters} data-letters={letters()} />
      </Show>
      <Show when={props.presence}>
        <span class={`${s.presence} ${s[props.presence!] ?? ""}`} />
      </Show>
    </span>
  );
}
