// Who gets tickets that are nobody's when they are opened: how it is wanted, and who would get the next.
import { For, Show, createResource, onCleanup } from "solid-js";
import { createStore, reconcile } from "solid-js/store";
import { api, call } from "../../api/client";
import type { components } from "../../api/schema";
import { memberById, reference } from "../../data/reference";
import { presenceOf } from "../../data/presence";
import { t } from "../../i18n";
import { number } from "../../i18n/format";
import { Avatar } from "../../parts/avatar";
import { Badge } from "../../parts/badge";
import { Button } from "../../parts/button";
import { Checkbox, FormError, TextField } from "../../parts/field";
import { createSubmit } from "../../parts/form";
import css from "../../parts/form.module.css";
import { Failed, Skeleton } from "../../parts/state";
import { tell } from "../../parts/toast";
import { may } from "../../session";
import s from "./settings.module.css";

type View = components["schemas"]["AssignmentView"];
type Mode = View["mode"];

const MODES: Mode[] = ["off", "round_robin", "least_open"];
/** What waits, and who has how much, changes by itself. */
const AGAIN = 10_000;

export default function Assignment() {
  const [view, { refetch, mutate }] = createResource(() => call(api.GET("/api/v1/assignment")));
  // What is written in the form stays, also where this fails once.
  const look = () => call(api.GET("/api/v1/assignment")).then(mutate, () => undefined);
  const timer = setInterval(() => document.visibilityState === "visible" && void look(), AGAIN);
  onCleanup(() => clearInterval(timer));
  return (
    <Show when={!view.error} fallback={<Failed error={view.error} onRetry={refetch} />}>
      <Show when={view.latest} fallback={<Skeleton lines={5} />}>
        {(v) => (
          <>
            <p class="muted">{t("settings.assignment_text")}</p>
            <Show when={may("setup:write")} fallback={<p class="muted">{t("settings.read_only")}</p>}>
              <Rules view={v()} onSaved={mutate} />
            </Show>
            <Show when={v().mode !== "off"}>
              <Stands view={v()} />
            </Show>
          </>
        )}
      </Show>
    </Show>
  );
}

function Rules(props: { view: View; onSaved: (view: View) => void }) {
  const read = (v: View) => ({
    mode: v.mode,
    all: !v.member_ids,
    chosen: [...(v.member_ids ?? [])],
    present_only: v.present_only,
    limited: v.open_limit !== null && v.open_limit !== undefined,
    limit: String(v.open_limit ?? 10),
  });
  const [values, setValues] = createStore(read(props.view));
  const form = createSubmit();
  const everybody = () => reference.members.filter((m) => m.active);
  const save = async () => {
    const body = {
      mode: values.mode,
      member_ids: values.all ? null : values.chosen,
      present_only: values.present_only,
      open_limit: values.limited ? Number(values.limit) : null,
    };
    const done = await form.run(async () => {
      const saved = await call(api.PATCH("/api/v1/assignment", { body }));
      setValues(reconcile(read(saved)));
      props.onSaved(saved);
    });
    if (done) tell(t("common.saved"));
  };
  const choose = (id: string, on: boolean) => setValues("chosen", (ids) => (on ? [...ids, id] : ids.filter((x) => x !== id)));
  return (
    <form
      class={css.card}
      onSubmit={(e) => {
        e.preventDefault();
        void save();
      }}
    >
      <FormError message={form.whole("open_limit", "member_ids")} />
      <fieldset class={css.group}>
        <legend>{t("settings.assignment_mode")}</legend>
        <For each={MODES}>
          {(mode) => (
            <Choice name="mode" label={t(`settings.assignment_${mode}`)} hint={t(`settings.assignment_${mode}_hint`)} checked={values.mode === mode} onChange={() => setValues("mode", mode)} />
          )}
        </For>
      </fieldset>
      <Show when={values.mode !== "off"}>
        <fieldset class={css.group}>
          <legend>{t("settings.assignment_who")}</legend>
          <Choice name="who" label={t("settings.assignment_all")} hint={t("settings.assignment_all_hint")} checked={values.all} onChange={() => setValues("all", true)} />
          <Choice name="who" label={t("settings.assignment_chosen")} checked={!values.all} onChange={() => setValues("all", false)} />
          <Show when={!values.all}>
            <div class={s.inset} role="group" aria-label={t("settings.assignment_chosen")}>
              <For each={everybody()}>
                {(m) => <Checkbox label={m.name} checked={values.chosen.includes(m.id)} onChange={(e) => choose(m.id, e.currentTarget.checked)} />}
              </For>
              <Show when={form.wrong("member_ids")}>
                <FormError message={form.wrong("member_ids")} />
              </Show>
            </div>
          </Show>
        </fieldset>
        <Checkbox label={t("settings.assignment_present")} hint={t("settings.assignment_present_hint")} checked={values.present_only} onChange={(e) => setValues("present_only", e.currentTarget.checked)} />
        <Checkbox label={t("settings.assignment_limited")} hint={t("settings.assignment_limited_hint")} checked={values.limited} onChange={(e) => setValues("limited", e.currentTarget.checked)} />
        <Show when={values.limited}>
          <div class={css.pair}>
            <TextField type="number" min="1" max="10000" step="1" required label={t("settings.assignment_limit")} error={form.wrong("open_limit")} value={values.limit} onInput={(e) => setValues("limit", e.currentTarget.value)} />
          </div>
        </Show>
      </Show>
      <div class={`${css.buttons} ${css.end}`}>
        <Button look="primary" type="submit" busy={form.busy()}>{t("common.save")}</Button>
      </div>
    </form>
  );
}

function Choice(props: { name: string; label: string; hint?: string; checked: boolean; onChange: () => void }) {
  return (
    <label class={s.choice}>
      <input type="radio" name={props.name} checked={props.checked} onChange={() => props.onChange()} />
      <span>
        {props.label}
        <Show when={props.hint}>
          <span class={s.sub}>{props.hint}</span>
        </Show>
      </span>
    </label>
  );
}

function Stands(props: { view: View }) {
  return (
    <section class={css.form} aria-labelledby="stands">
      <h3 id="stands">{t("settings.assignment_stands")}</h3>
      <p aria-live="polite">{props.view.waiting === 0 ? t("settings.assignment_none_waiting") : t("settings.assignment_waiting", { count: number(props.view.waiting) })}</p>
      <Show when={props.view.members.length > 0} fallback={<p>{t("settings.assignment_nobody")}</p>}>
        <ul class={s.list} aria-label={t("settings.assignment_who")}>
          <For each={props.view.members}>
            {(one) => (
              <li>
                <Avatar name={memberById(one.member_id)?.name} of={one.member_id} presence={memberById(one.member_id) && presenceOf(memberById(one.member_id)!)} />
                <span class={s.grow}>
                  <strong>{memberById(one.member_id)?.name}</strong>
                  <span class={s.sub}>{t("settings.assignment_open", { count: number(one.open_tickets) })}</span>
                </span>
                <Badge tone={one.hindrance ? "neutral" : "success"}>{t(`settings.assignment_is_${one.hindrance ?? "free"}`)}</Badge>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </section>
  );
}
