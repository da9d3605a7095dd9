// A list of things that are set up, each with its form and its end: everybody sees them, who may set things up changes them.
import { For, Show, createSignal, type JSX } from "solid-js";
import { t } from "../../i18n";
import { Button } from "../../parts/button";
import css from "../../parts/form.module.css";
import { PlusIcon } from "../../parts/icons";
import { Empty } from "../../parts/state";
import { may } from "../../session";
import { Removal } from "./removal";
import s from "./settings.module.css";

export function Entries<T extends object>(props: {
  label: string;
  rows: readonly T[];
  name: (row: T) => string;
  row: (row: T) => JSX.Element;
  add: string;
  empty: { icon: JSX.Element; title: string; text: string };
  /** The form of one; of a new one where there is none. */
  form: (row: T | undefined, close: () => void) => JSX.Element;
  removal: string;
  onRemove: (row: T) => Promise<unknown>;
}) {
  const [editing, setEditing] = createSignal<T | "new">();
  const [removing, setRemoving] = createSignal<T>();
  const mayChange = () => may("setup:write");
  const add = () => (
    <Show when={mayChange()}>
      <Button look="primary" icon={<PlusIcon size={16} />} onClick={() => setEditing("new")}>
        {props.add}
      </Button>
    </Show>
  );
  return (
    <>
      <Show when={mayChange()} fallback={<p class="muted">{t("settings.read_only")}</p>}>
        <Show when={props.rows.length > 0}>
          <div class={css.buttons}>{add()}</div>
        </Show>
      </Show>
      <Show when={props.rows.length > 0} fallback={<Empty icon={props.empty.icon} title={props.empty.title} action={add()}>{props.empty.text}</Empty>}>
        <ul class={s.list} aria-label={props.label}>
          <For each={props.rows}>
            {(row) => (
              <li>
                {props.row(row)}
                <Show when={mayChange()}>
                  <Button small aria-label={`${t("common.edit")}: ${props.name(row)}`} onClick={() => setEditing(() => row)}>
                    {t("common.edit")}
                  </Button>
                  <Button small look="quiet" aria-label={`${t("common.delete")}: ${props.name(row)}`} onClick={() => setRemoving(() => row)}>
                    {t("common.delete")}
                  </Button>
                </Show>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Show when={editing()} keyed>
        {(row) => props.form(row === "new" ? undefined : (row as T), () => setEditing(undefined))}
      </Show>
      <Show when={removing()} keyed>
        {(row) => <Removal name={props.name(row)} text={props.removal} onClose={() => setRemoving(undefined)} onRemove={() => props.onRemove(row)} />}
      </Show>
    </>
  );
}
