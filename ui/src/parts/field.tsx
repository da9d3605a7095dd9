// Form fields: a label, what to know, the control, what is wrong with it; tied together for assistive technology.
import { Show, createUniqueId, splitProps, type JSX } from "solid-js";
import s from "./field.module.css";

interface Frame {
  label: string;
  /** Kept for reading aloud, not shown. */
  hideLabel?: boolean;
  hint?: JSX.Element;
  error?: string | undefined;
}

function Framed(props: Frame & { id: string; children: JSX.Element }) {
  return (
    <div class={s.field}>
      <label for={props.id} class={props.hideLabel ? "sr" : s.label}>
        {props.label}
      </label>
      {props.children}
      <Show when={props.hint}>
        <p id={`${props.id}-hint`} class={s.hint}>
          {props.hint}
        </p>
      </Show>
      <Show when={props.error}>
        <p id={`${props.id}-error`} class={s.error} role="alert">
          {props.error}
        </p>
      </Show>
    </div>
  );
}

function described(id: string, props: Frame): string | undefined {
  return [props.hint ? `${id}-hint` : "", props.error ? `${id}-error` : ""].filter(Boolean).join(" ") || undefined;
}
const FRAME = ["label", "hideLabel", "hint", "error"] as const;

export function TextField(props: Frame & JSX.InputHTMLAttributes<HTMLInputElement>) {
  const [frame, rest] = splitProps(props, FRAME);
  const id = createUniqueId();
  return (
    <Framed {...frame} id={id}>
      <input
        type="text"
        autocomplete="off"
        {...rest}
        id={id}
        class={`${s.control} ${rest.class ?? ""}`}
        aria-invalid={frame.error ? true : undefined}
        aria-describedby={described(id, frame)}
      />
    </Framed>
  );
}

export function TextArea(props: Frame & JSX.TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const [frame, rest] = splitProps(props, FRAME);
  const id = createUniqueId();
  return (
    <Framed {...frame} id={id}>
      <textarea
        rows={3}
        {...rest}
        id={id}
        class={`${s.control} ${s.area} ${rest.class ?? ""}`}
        aria-invalid={frame.error ? true : undefined}
        aria-describedby={described(id, frame)}
      />
    </Framed>
  );
}

/** The system's own list: the best there is on phones and with a keyboard. Children are <option>. */
export function SelectField(props: Frame & JSX.SelectHTMLAttributes<HTMLSelectElement>) {
  const [frame, rest] = splitProps(props, FRAME);
  const id = createUniqueId();
  return (
    <Framed {...frame} id={id}>
      <select
        {...rest}
        id={id}
        class={`${s.control} ${s.select} ${rest.class ?? ""}`}
        aria-invalid={frame.error ? true : undefined}
        aria-describedby={described(id, frame)}
      />
    </Framed>
  );
}

export function Checkbox(props: { label: JSX.Element; hint?: JSX.Element } & JSX.InputHTMLAttributes<HTMLInputElement>) {
  const [own, rest] = splitProps(props, ["label", "hint"]);
  const id = createUniqueId();
  return (
    <div class={s.check}>
      <input type="checkbox" {...rest} id={id} aria-describedby={own.hint ? `${id}-hint` : undefined} />
      <label for={id}>{own.label}</label>
      <Show when={own.hint}>
        <p id={`${id}-hint`} class={s.hint}>
          {own.hint}
        </p>
      </Show>
    </div>
  );
}

/** What is wrong with a form as a whole. */
export function FormError(props: { message: string | undefined }) {
  return (
    <Show when={props.message}>
      <p class={s.formError} role="alert">
        {props.message}
      </p>
    </Show>
  );
}
