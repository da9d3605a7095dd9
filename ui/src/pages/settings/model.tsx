// The language model that improves structuring: where it is, what it may cost, how it is doing, and a try of it.
import { For, Show, createEffect, createResource, createSignal, on } from "solid-js";
import { api, call, callTagged } from "../../api/client";
import type { components } from "../../api/schema";
import { t } from "../../i18n";
import { dateTime, number, percent } from "../../i18n/format";
import { Button } from "../../parts/button";
import { Checkbox, FormError, SelectField, TextField } from "../../parts/field";
import { createSubmit } from "../../parts/form";
import css from "../../parts/form.module.css";
import { Failed, Skeleton } from "../../parts/state";
import { tell } from "../../parts/toast";
import { may } from "../../session";
import { modelError } from "./modelerror";
import s from "./settings.module.css";

type Model = components["schemas"]["StructuringModel"];
type Trial = components["schemas"]["StructuringModelTest"];

const MODES = ["off", "leftovers", "always"] as const;
const KINDS = ["openai", "anthropic", "ollama"] as const;
/** Where each kind usually is. */
const BASES = { openai: "https://api.openai.com/v1", anthropic: "https://api.anthropic.com", ollama: "http://127.0.0.1:11434" } as const;
const FIELDS = ["mode", "kind", "base_url", "model", "api_key", "calls_per_day", "tokens_per_day", "timeout_seconds"];


/** What was wrong last. */
function Wrong(props: { sentence: string }) {
  const error = () => modelError(props.sentence);
  return (
    <>
      <span lang={error().foreign ? "en" : undefined}>{error().text}</span>
      <Show when={error().detail}>
        {" "}
        <span class="muted" lang="en">
          {error().detail}
        </span>
      </Show>
    </>
  );
}

/** How it is doing. */
function State(props: { model: Model }) {
  const state = () => props.model.state;
  const health = () => (props.model.mode === "off" ? "off" : state().paused_until ? "paused" : state().failures > 0 ? "failing" : "well");
  return (
    <dl class={s.facts}>
      <div>
        <dt>{t("settings.model_state")}</dt>
        <dd>
          {t(`settings.model_is_${health()}`)}
          <Show when={props.model.mode !== "off" && state().paused_until}>{(until) => <> {t("settings.model_until", { when: dateTime(until()) })}</>}</Show>
        </dd>
      </div>
      <div>
        <dt>{t("settings.model_today")}</dt>
        <dd>
          {t("settings.model_used", {
            calls: number(state().today.calls),
            calls_most: number(props.model.calls_per_day),
            tokens: number(state().today.tokens),
            tokens_most: number(props.model.tokens_per_day),
          })}
        </dd>
      </div>
      <div>
        <dt>{t("settings.model_waiting")}</dt>
        <dd>{number(state().waiting)}</dd>
      </div>
      <div>
        <dt>{t("settings.model_last_answer")}</dt>
        <dd>{state().last_answer_at ? dateTime(state().last_answer_at!) : t("settings.model_never")}</dd>
      </div>
      <Show when={state().last_error}>
        {(error) => (
          <div>
            <dt>{t("settings.model_last_error")}</dt>
            <dd>
              <Wrong sentence={error()} />
              <Show when={state().last_error_at}>{(at) => <p class="muted">{dateTime(at())}</p>}</Show>
            </dd>
          </div>
        )}
      </Show>
    </dl>
  );
}

/** What a try came to. */
function Came(props: { trial: Trial }) {
  const trial = () => props.trial;
  const facts = () => [
    [t("settings.model_f1"), t("settings.model_f1_value", { with: percent(trial().f1), without: percent(trial().f1_without) })],
    [t("settings.model_answered"), t("settings.model_answered_value", { answered: number(trial().answered), records: number(trial().records), repaired: number(trial().repaired) })],
    [t("settings.model_values"), t("settings.model_values_value", { right: number(trial().right), wrong: number(trial().wrong), missed: number(trial().missed) })],
    [t("settings.model_latency"), trial().latency_ms_median == null ? "–" : t("settings.model_latency_value", { median: number(trial().latency_ms_median!), max: number(trial().latency_ms_max ?? 0) })],
    [t("settings.model_tokens"), t("settings.model_tokens_value", { tokens: number(trial().tokens), calls: number(trial().calls) })],
  ];
  return (
    <div aria-live="polite">
      <dl class={s.facts}>
        <For each={facts()}>
          {([name, value]) => (
            <div>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          )}
        </For>
      </dl>
      <Show when={trial().error}>{(error) => <FormError message={`${t("settings.model_last_error")}: ${[modelError(error()).text, modelError(error()).detail].filter(Boolean).join(" ")}`} />}</Show>
    </div>
  );
}

function Form(props: { model: Model; etag: string | null; saved: () => void }) {
  const [draft, setDraft] = createSignal({ ...props.model });
  const [key, setKey] = createSignal("");
  const [forget, setForget] = createSignal(false);
  const [trial, setTrial] = createSignal<Trial>();
  const saving = createSubmit();
  const trying = createSubmit();
  createEffect(on(() => props.model, (model) => setDraft({ ...model }), { defer: true }));
  const set = <K extends keyof Model>(name: K, value: Model[K]) => setDraft((d) => ({ ...d, [name]: value }));
  const moved = () => draft().base_url !== props.model.base_url || draft().kind !== props.model.kind;
  const save = () =>
    saving.run(async () => {
      const d = draft();
      const body: Record<string, unknown> = {
        mode: d.mode, kind: d.kind, masked: d.masked, strict: d.strict,
        calls_per_day: d.calls_per_day, tokens_per_day: d.tokens_per_day, timeout_seconds: d.timeout_seconds,
      };
      if (d.base_url) body.base_url = d.base_url;
      if (d.model) body.model = d.model;
      if (key()) body.api_key = key();
      else if (forget()) body.api_key = null;
      await call(api.PATCH("/api/v1/structuring/model", { body: body as never, headers: props.etag ? { "If-Match": props.etag } : {} }));
      setKey("");
      setForget(false);
      props.saved();
    });
  const whole = (name: "calls_per_day" | "tokens_per_day" | "timeout_seconds", most: number, hint?: string) => (
    <TextField
      type="number" min={name === "timeout_seconds" ? "1" : "0"} max={String(most)} step="1" required
      label={t(`settings.model_${name}`)} hint={hint} error={saving.wrong(name)} value={String(draft()[name])}
      onInput={(e) => set(name, Number(e.currentTarget.value))}
    />
  );
  return (
    <form
      class={css.form}
      onSubmit={(e) => {
        e.preventDefault();
        void save().then((done) => done && tell(t("common.saved")));
      }}
    >
      <FormError message={saving.whole(...FIELDS)} />
      <SelectField label={t("settings.model_mode")} hint={t(`settings.model_mode_${draft().mode}_about`)} error={saving.wrong("mode")} value={draft().mode} onChange={(e) => set("mode", e.currentTarget.value as Model["mode"])}>
        <For each={MODES}>{(mode) => <option value={mode}>{t(`settings.model_mode_${mode}`)}</option>}</For>
      </SelectField>
      <div class={css.pair}>
        <SelectField label={t("settings.model_kind")} error={saving.wrong("kind")} value={draft().kind} onChange={(e) => set("kind", e.currentTarget.value as Model["kind"])}>
          <For each={KINDS}>{(kind) => <option value={kind}>{t(`settings.model_kind_${kind}`)}</option>}</For>
        </SelectField>
        <TextField label={t("settings.model_name")} error={saving.wrong("model")} spellcheck={false} value={draft().model ?? ""} onInput={(e) => set("model", e.currentTarget.value)} />
      </div>
      <TextField
        type="url" class={css.mono} spellcheck={false} placeholder={BASES[draft().kind]} label={t("settings.model_url")}
        hint={draft().kind === "ollama" ? t("settings.model_url_local") : t("settings.model_url_hint")}
        error={saving.wrong("base_url")} value={draft().base_url ?? ""} onInput={(e) => set("base_url", e.currentTarget.value)}
      />
      <TextField
        type="password" autocomplete="new-password" label={t("settings.model_key")} error={saving.wrong("api_key")} value={key()}
        hint={props.model.api_key_set ? (moved() ? t("settings.model_key_moved") : t("settings.model_key_set")) : t("settings.model_key_none")}
        onInput={(e) => setKey(e.currentTarget.value)}
      />
      <Show when={props.model.api_key_set && !key()}>
        <Checkbox label={t("settings.model_key_forget")} checked={forget()} onChange={(e) => setForget(e.currentTarget.checked)} />
      </Show>
      <Checkbox label={t("settings.model_masked")} hint={t("settings.model_masked_hint")} checked={draft().masked} onChange={(e) => set("masked", e.currentTarget.checked)} />
      <Checkbox label={t("settings.model_strict")} hint={t("settings.model_strict_hint")} checked={draft().strict} onChange={(e) => set("strict", e.currentTarget.checked)} />
      <div class={css.pair}>
        {whole("calls_per_day", 10_000_000)}
        {whole("tokens_per_day", 10_000_000_000)}
        {whole("timeout_seconds", 120)}
      </div>
      <div class={css.buttons}>
        <Button look="primary" type="submit" busy={saving.busy()}>
          {t("common.save")}
        </Button>
        <Button
          busy={trying.busy()}
          disabled={!props.model.base_url || !props.model.model}
          onClick={() => {
            setTrial(undefined);
            void trying
              .run(async () => {
                setTrial(await call(api.POST("/api/v1/structuring/model/test")));
              })
              .then(props.saved);
          }}
        >
          {t("settings.model_test")}
        </Button>
      </div>
      <p class="muted">{t("settings.model_test_hint")}</p>
      <FormError message={trying.whole()} />
      <Show when={trial()}>{(came) => <Came trial={came()} />}</Show>
    </form>
  );
}

export function ModelEndpoint() {
  const [answer, { refetch }] = createResource(() => callTagged(api.GET("/api/v1/structuring/model")));
  return (
    <section class={css.card} aria-labelledby="model">
      <h3 id="model">{t("settings.model_title")}</h3>
      <p class="muted">{t("settings.model_text")}</p>
      <Show when={!answer.error} fallback={<Failed error={answer.error} onRetry={() => void refetch()} />}>
        <Show when={answer.latest} fallback={<Skeleton lines={4} />}>
          {(found) => (
            <>
              <State model={found().data} />
              <Show when={may("setup:write")}>
                <Form model={found().data} etag={found().etag} saved={() => void refetch()} />
              </Show>
            </>
          )}
        </Show>
      </Show>
    </section>
  );
}
