import { createUniqueId, type JSX } from "solid-js";
import s from "./mine.module.css";

export function Section(props: { title: string; text?: string; children: JSX.Element }) {
  const id = createUniqueId();
  return (
    <section class={s.section} aria-labelledby={id}>
      <div>
        <h2 id={id}>{props.title}</h2>
        {props.text && <p class={s.text}>{props.text}</p>}
      </div>
      <div class={s.body}>{props.children}</div>
    </section>
  );
}
