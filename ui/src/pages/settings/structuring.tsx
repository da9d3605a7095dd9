// How structuring decides, and a place to try it: a record goes in, nothing is written.
import { A } from "@solidjs/router";
import { Show, createSignal } from "solid-js";
import { api, call } from "../../api/client";
import type { components } from "../../api/schema";
import { explain } from "../../api/problem";
import { t } from "../../i18n";
import { percent } from "../../i18n/format";
import { Button } from "../../parts/button";
import { FormError, TextArea, TextField } from "../../parts/field";
import { createSubmit } from "../../parts/form";
import css from "../../parts/form.module.css";
import { Table } from "../../parts/table";
import { tell } from "../../parts/toast";
import { askSession, may, session } from "../../session";
import { targetName, valueText } from "../reviews/words";
import { ModelEndpoint } from "./model";
import s from "./settings.module.css";

type Answer = components["schemas"]["PreviewAnswer"];
interface Placed {
  target: string;
  key?: string | null;
  value?: unknown;
  confidence: number;
  source: string[];
}

const EXAMPLE = JSON.stringify({ Nombre: "Ana Pérez", celular: "9 5550 1234", correo: "ana arroba example punto com" }, null, 2);

/** Per cent. */
const sure = () => String(Math.round((session()?.organization.structuring_threshold ?? 0.85) * 100));

/** From how sure on values are written without a question. */
function Threshold() {
  const [percent, setPercent] = createSignal(sure());
  const form = createSubmit();
  const save = async () => {
    const done = await form.run(async () => {
      await call(api.PATCH("/api/v1/organization", { body: { structuring_threshold: Number(percent()) / 100 } }));
      await askSession();
    });
    if (done) tell(t("common.saved"));
  };
  return (
    <form
      class={css.form}
      onSubmit={(e) => {
        e.preventDefault();
        void save();
      }}
    >
      <FormError message={form.whole("structuring_threshold")} />
      <TextField
        type="number"
        min="50"
        max="100"
        step="1"
        required
        label={t("settings.threshold")}
        hint={t("settings.threshold_hint")}
        error={form.wrong("structuring_threshold")}
        value={percent()}
        onInput={(e) => setPercent(e.currentTarget.value)}
      />
      <div class={css.buttons}>
        <Button type="submit" busy={form.busy()} disabled={percent() === sure()}>
          {t("common.save")}
        </Button>
      </div>
    </form>
  );
}

export default function Structuring() {
  const [text, setText] = createSignal(EXAMPLE);
  const [answer, setAnswer] = createSignal<Answer>();
  const [wrong, setWrong] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const run = async () => {
    setWrong("");
    let data: unknown;
    try {
      data = JSON.parse(text());
    } catch {
      data = undefined;
    }
    if (!data || typeof data !== "object" || Array.isArray(data)) return setWrong(t("settings.not_json"));
    setBusy(true);
    try {
      setAnswer(await call(api.POST("/api/v1/structuring/preview", { body: { data: data as never } })));
    } catch (error) {
      setWrong(explain(error));
    } finally {
      setBusy(false);
    }
    return undefined;
  };
  return (
    <>
      <section class={css.card} aria-labelledby="threshold">
        <h3 id="threshold">{t("settings.threshold_title")}</h3>
        <p class="muted">{t("settings.structuring_text")}</p>
        <ul class={s.levels}>
          <li>
            <progress max="100" value="100" aria-hidden="true" />
            {t("settings.threshold_sure", { percent: sure() })}
          </li>
          <li>
            <progress max="100" value="67" aria-hidden="true" />
            {t("settings.threshold_doubt", { percent: sure() })}
          </li>
          <li>
            <progress max="100" value="25" aria-hidden="true" />
            {t("settings.threshold_low")}
          </li>
        </ul>
        <Show when={may("setup:write")}>
          <Threshold />
        </Show>
        <div class={css.buttons}>
          <A href="/reviews">{t("settings.to_review")}</A>
          <A href="/reviews?view=rules">{t("settings.to_rules")}</A>
        </div>
      </section>
      <ModelEndpoint />
      <form
        class={css.card}
        aria-labelledby="try"
        onSubmit={(e) => {
          e.preventDefault();
          void run();
        }}
      >
        <h3 id="try">{t("settings.try_title")}</h3>
        <p class="muted">{t("settings.try_text")}</p>
        <TextArea class={css.mono} label={t("settings.try_json")} rows={7} spellcheck={false} error={wrong() || undefined} value={text()} onInput={(e) => setText(e.currentTarget.value)} />
        <div class={css.buttons}>
          <Button look="primary" type="submit" busy={busy()}>{t("settings.try_run")}</Button>
        </div>
        <Show when={answer()}>
          {(a) => (
            <div class={css.form} aria-live="polite">
              <Show when={a().placements.length > 0} fallback={<p>{t("settings.try_nothing")}</p>}>
                <Table
                  label={t("settings.try_place")}
                  rows={a().placements as unknown as Placed[]}
                  columns={[
                    { head: t("settings.try_place"), cell: (p) => targetName(p.target, p.key) },
                    { head: t("settings.try_value"), cell: (p) => <strong>{valueText(p.target, p.key, p.value)}</strong> },
                    { head: t("settings.try_sure"), number: true, cell: (p) => percent(p.confidence) },
                    { head: t("settings.try_from"), cell: (p) => <code class={css.mono}>{p.source.join(" ")}</code> },
                  ]}
                />
              </Show>
              <Show when={Object.keys(a().rest).length > 0}>
                <h3>{t("settings.try_rest")}</h3>
                <pre class={css.code} tabindex="0">{JSON.stringify(a().rest, null, 2)}</pre>
              </Show>
            </div>
          )}
        </Show>
      </form>
    </>
  );
}
