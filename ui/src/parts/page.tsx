// The frame of a screen that is not the inbox: a head with title and actions, and a body that scrolls.
import { createEffect, type JSX } from "solid-js";
import { setTitle } from "../shell/title";
import s from "./page.module.css";

export function Page(props: { title: string; actions?: JSX.Element; tabs?: JSX.Element; wide?: boolean; children: JSX.Element }) {
  createEffect(() => setTitle(props.title));
  return (
    <div class={s.page}>
      <header class={s.header}>
        <h1>{props.title}</h1>
        <div class={s.actions}>{props.actions}</div>
      </header>
      {props.tabs}
      <div class={s.scroll}>
        <div class={s.body} classList={{ [s.wide!]: props.wide }}>
          {props.children}
        </div>
      </div>
    </div>
  );
}
