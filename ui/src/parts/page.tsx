// The frame of a screen that is not the inbox: a head with title and actions, and a body that scrolls.
import { Show, createEffect, type JSX } from "solid-js";
import { setTitle } from "../shell/title";
import s from "./page.module.css";

interface Props {
  title: string;
  actions?: JSX.Element;
  tabs?: JSX.Element;
  wide?: boolean;
  /** The body takes what height there is, and scrolls by itself. */
  fill?: boolean;
  children: JSX.Element;
}

export function Page(props: Props) {
  createEffect(() => setTitle(props.title));
  return (
    <div class={s.page}>
      <header class={s.header}>
        <h1>{props.title}</h1>
        <div class={s.actions}>{props.actions}</div>
      </header>
      {props.tabs}
      <Show when={!props.fill} fallback={<div class={s.fill}>{props.children}</div>}>
        <div class={s.scroll}>
          <div class={s.body} classList={{ [s.wide!]: props.wide }}>
            {props.children}
          </div>
        </div>
      </Show>
    </div>
  );
}
