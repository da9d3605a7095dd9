import { Show, splitProps, type JSX } from "solid-js";
import s from "./button.module.css";

interface Props extends JSX.ButtonHTMLAttributes<HTMLButtonElement> {
  look?: "plain" | "primary" | "quiet" | "danger";
  small?: boolean;
  /** Shows that it is being done, and takes no second press. */
  busy?: boolean;
  icon?: JSX.Element;
}

export function Button(props: Props) {
  const [own, rest] = splitProps(props, ["look", "small", "busy", "icon", "class", "children", "disabled"]);
  return (
    <button
      type="button"
      {...rest}
      class={`${s.button} ${s[own.look ?? "plain"]} ${own.class ?? ""}`}
      classList={{ [s.small!]: own.small }}
      disabled={own.disabled || own.busy}
      data-danger={own.look === "danger" ? "" : undefined}
      aria-busy={own.busy || undefined}
    >
      {own.icon}
      <Show when={own.children}>
        <span>{own.children}</span>
      </Show>
    </button>
  );
}

interface IconProps extends Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, "aria-label"> {
  /** What it does: read aloud, and shown when pointed at. */
  label: string;
  small?: boolean;
  pressed?: boolean;
}

/** A button that is only an icon. */
export function IconButton(props: IconProps) {
  const [own, rest] = splitProps(props, ["label", "small", "pressed", "class", "children"]);
  return (
    <button
      type="button"
      {...rest}
      aria-label={own.label}
      aria-pressed={own.pressed}
      title={own.label}
      class={`${s.icon} ${own.class ?? ""}`}
      classList={{ [s.small!]: own.small }}
    >
      {own.children}
    </button>
  );
}
