// A value that is edited where it stands: pressed, it becomes a field; Enter keeps, Escape leaves; a conflict is told with
// both values. Where it came from stands beside it.
import { For, Match, Show, Switch, createSignal, createUniqueId, type JSX } from "solid-js";
import { Problem, explain, partText } from "../../../api/problem";
import type { CustomField } from "../../../api/types";
import { t } from "../../../i18n";
import { Button } from "../../../parts/button";
import { MergeIcon, PencilIcon } from "../../../parts/icons";
import type { Editing, Target } from "./profile";
import { Provenance } from "./provenance";
import { parsed, shown, typed } from "./value";
import s from "./profile.module.css";

interface Props {
  label: string;
  type: string;
  value: unknown;
  options?: string[];
  currency?: string | null;
  target: Target;
  profile: Editing<any>;
  big?: boolean;
  readOnly?: boolean;
  /** Beside the value while it is not edited. */
  after?: JSX.Element;
  /** Where another contact has the value: what is offered to do about that contact. */
  onTaken?: (contact: string) => void;
}

export function Editable(props: Props) {
  const id = createUniqueId();
  const [editing, setEditing] = createSignal(false);
  const [correcting, setCorrecting] = createSignal(false);
  const [busy, setBusy] = createSignal(false);
  const [error, setError] = createSignal("");
  /** The contact that has the value already. */
  const [taken, setTaken] = createSignal("");
  /** What somebody else said in the meantime, and what was to be said here. */
  const [conflict, setConflict] = createSignal<{ mine: unknown } | null>(null);
  let button: HTMLButtonElement | undefined;

  // What stood here when it was opened: others may change it while somebody writes.
  let seen: unknown;
  let before: unknown;

  const begin = (correct: boolean) => {
    seen = props.profile.seen();
    before = props.value ?? null;
    setError("");
    setTaken("");
    setCorrecting(correct);
    setEditing(true);
  };
  const stop = () => {
    setEditing(false);
    setConflict(null);
    queueMicrotask(() => button?.focus());
  };
  const body = (value: unknown) => {
    const target = props.target;
    if (target.target === "field") return { custom_fields: { [target.key]: value } };
    return { [target.target]: value as string | null };
  };
  const save = async (value: unknown, overwrite = false): Promise<void> => {
    if (!overwrite && [before, props.value ?? null].some((x) => JSON.stringify(value) === JSON.stringify(x))) return stop();
    setBusy(true);
    setError("");
    setTaken("");
    try {
      if (correcting() && value !== null) await props.profile.correct(props.target, value);
      else await props.profile.change(body(value), seen, overwrite);
      stop();
    } catch (problem) {
      if (problem instanceof Problem && problem.status === 412) setConflict({ mine: value });
      else {
        // Named beside the field: the place of each part needs no saying.
        setError(problem instanceof Problem && problem.errors.length === 1 ? partText(problem.errors[0]!) : explain(problem));
        if (problem instanceof Problem && problem.code === "phone_taken" && typeof problem.body.contact_id === "string") setTaken(problem.body.contact_id);
      }
    } finally {
      setBusy(false);
    }
  };

  return (
    <div class={s.item} classList={{ [s.big!]: props.big }}>
      <span class={props.big ? "sr" : s.label} id={id}>
        {props.label}
      </span>
      <Show
        when={editing()}
        fallback={
          <span class={s.value}>
            <Show when={!props.readOnly} fallback={<span class={s.plainValue}>{shown(props.type, props.value, props.currency) || "–"}</span>}>
              <button ref={button} type="button" class={s.press} aria-describedby={id} title={t("common.edit")} onClick={() => begin(false)}>
                <span classList={{ [s.empty!]: !shown(props.type, props.value, props.currency) }}>
                  {shown(props.type, props.value, props.currency) || t("profile.add")}
                </span>
                <PencilIcon size={13} />
              </button>
            </Show>
            <Provenance target={props.target} profile={props.profile} onCorrect={() => begin(true)} />
            {props.after}
          </span>
        }
      >
        <Show
          when={conflict()}
          fallback={
            <Input
              {...props}
              busy={busy()}
              labelledby={id}
              error={error()}
              hint={correcting() ? t("profile.correct_hint") : ""}
              offer={
                <Show when={props.onTaken && taken()}>
                  <Button
                    small
                    icon={<MergeIcon size={14} />}
                    onClick={() => {
                      const contact = taken();
                      stop();
                      props.onTaken!(contact);
                    }}
                  >
                    {t("profile.merge_with_owner")}
                  </Button>
                </Show>
              }
              onSave={(v) => void save(v)}
              onCancel={stop}
            />
          }
        >
          {(c) => (
            <div class={s.conflict} role="alert">
              <p>{t("profile.conflict", { value: shown(props.type, props.value, props.currency) || t("profile.nothing") })}</p>
              <div class={s.buttons}>
                <Button small onClick={stop}>
                  {t("profile.keep_theirs")}
                </Button>
                <Button small look="primary" busy={busy()} onClick={() => void save(c().mine, true)}>
                  {t("profile.save_mine", { value: shown(props.type, c().mine, props.currency) || t("profile.nothing") })}
                </Button>
              </div>
            </div>
          )}
        </Show>
      </Show>
    </div>
  );
}

const INPUT: Record<string, string> = { date: "date", email: "email", url: "url", phone: "tel" };

function Input(props: Props & { busy: boolean; labelledby: string; error: string; hint: string; offer?: JSX.Element; onSave: (value: unknown) => void; onCancel: () => void }) {
  const id = createUniqueId();
  const [text, setText] = createSignal(typed(props.type, props.value));
  const [many, setMany] = createSignal<string[]>(Array.isArray(props.value) ? props.value.map(String) : []);
  /** How a number was read, before it is kept. */
  const understood = () => {
    if (props.type !== "number" && props.type !== "currency") return "";
    const value = parsed(props.type, text(), props.currency);
    return value === null || value === text().trim() ? "" : `= ${shown(props.type, value, props.currency)}`;
  };
  const focus = (e: HTMLElement) => queueMicrotask(() => e.focus());
  const options = () => {
    const all = props.options ?? [];
    // A value from before the options were changed stays choosable.
    return typeof props.value === "string" && props.value && !all.includes(props.value) ? [props.value, ...all] : all;
  };
  return (
    <form
      class={s.editor}
      onSubmit={(e) => {
        e.preventDefault();
        if (props.type === "multi_select") props.onSave(many().length > 0 ? many() : null);
        else if (props.type === "boolean") props.onSave(text() === "" ? null : text() === "true");
        else props.onSave(parsed(props.type, text(), props.currency));
      }}
      onKeyDown={(e) => {
        if (e.key !== "Escape") return;
        e.preventDefault();
        e.stopPropagation();
        props.onCancel();
      }}
    >
      <Switch
        fallback={
          <input
            ref={focus}
            class={s.input}
            type={INPUT[props.type] ?? "text"}
            inputmode={props.type === "number" || props.type === "currency" ? "decimal" : undefined}
            aria-labelledby={props.labelledby}
            aria-invalid={props.error ? true : undefined}
            aria-describedby={`${id}-say`}
            value={text()}
            onInput={(e) => setText(e.currentTarget.value)}
          />
        }
      >
        <Match when={props.type === "select" || props.type === "boolean"}>
          <select ref={focus} class={s.input} aria-labelledby={props.labelledby} onChange={(e) => setText(e.currentTarget.value)}>
            <option value="">–</option>
            <Show
              when={props.type === "select"}
              fallback={
                <>
                  <option value="true" selected={text() === "true"}>{t("common.yes")}</option>
                  <option value="false" selected={text() === "false"}>{t("common.no")}</option>
                </>
              }
            >
              <For each={options()}>{(o) => <option value={o} selected={o === text()}>{o}</option>}</For>
            </Show>
          </select>
        </Match>
        <Match when={props.type === "multi_select"}>
          <div class={s.many} role="group" aria-labelledby={props.labelledby}>
            <For each={[...new Set([...(props.options ?? []), ...many()])]}>
              {(o, i) => (
                <label>
                  <input
                    ref={(e) => i() === 0 && focus(e)}
                    type="checkbox"
                    checked={many().includes(o)}
                    onChange={(e) => setMany(e.currentTarget.checked ? [...many(), o] : many().filter((x) => x !== o))}
                  />
                  {o}
                </label>
              )}
            </For>
          </div>
        </Match>
      </Switch>
      <p id={`${id}-say`} classList={{ [s.error!]: Boolean(props.error), [s.hint!]: !props.error }} role={props.error ? "alert" : undefined}>
        {props.error || understood() || props.hint}
      </p>
      {props.offer}
      <div class={s.buttons}>
        <Button small onClick={() => props.onCancel()}>
          {t("common.cancel")}
        </Button>
        <Button small look="primary" type="submit" busy={props.busy}>
          {t("common.save")}
        </Button>
      </div>
    </form>
  );
}

/** A custom field's definition as Editable wants it. */
export const fieldProps = (field: CustomField) => ({ label: field.name, type: field.type, options: field.options, currency: field.currency ?? null });
