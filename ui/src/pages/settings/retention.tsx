// What is deleted by itself once it is old. Before anything is saved that deletes more, it says how much that would be now.
import { Show, createResource, createSignal } from "solid-js";
import { createStore, reconcile } from "solid-js/store";
import { api, call } from "../../api/client";
import type { components } from "../../api/schema";
import { t } from "../../i18n";
import { dateTime, number } from "../../i18n/format";
import { Button } from "../../parts/button";
import { Dialog } from "../../parts/dialog";
import { Checkbox, FormError, TextField } from "../../parts/field";
import { createSubmit } from "../../parts/form";
import css from "../../parts/form.module.css";
import { Failed, Skeleton } from "../../parts/state";
import { tell } from "../../parts/toast";
import { may } from "../../session";
import s from "./settings.module.css";

type View = components["schemas"]["Retention"];
type Preview = components["schemas"]["Preview"];
type Rules = Pick<View, "files_days" | "messages_days" | "webhook_calls_days" | "spare_open">;
type Days = "messages_days" | "files_days" | "webhook_calls_days";

const KINDS: Days[] = ["messages_days", "files_days", "webhook_calls_days"];
const deletes = (rules: Rules) => KINDS.some((kind) => rules[kind] != null);

export default function Retention() {
  const [view, { refetch, mutate }] = createResource(() => call(api.GET("/api/v1/retention")));
  return (
    <Show when={!view.error} fallback={<Failed error={view.error} onRetry={refetch} />}>
      <Show when={view.latest} fallback={<Skeleton lines={5} />}>
        {(v) => (
          <>
            <p class="muted">{t("settings.retention_text")}</p>
            <Form view={v()} onSaved={mutate} />
            <Runs view={v()} onChanged={mutate} />
          </>
        )}
      </Show>
    </Show>
  );
}

const told = (p: Pick<Preview, "messages" | "files" | "webhook_calls">) =>
  t("settings.retention_counts", { messages: number(p.messages), files: number(p.files), calls: number(p.webhook_calls) });

function Form(props: { view: View; onSaved: (view: View) => void }) {
  const read = (v: View) => ({
    messages_days: v.messages_days == null ? "" : String(v.messages_days),
    files_days: v.files_days == null ? "" : String(v.files_days),
    webhook_calls_days: v.webhook_calls_days == null ? "" : String(v.webhook_calls_days),
    spare_open: v.spare_open,
  });
  const [values, setValues] = createStore(read(props.view));
  const [asking, setAsking] = createSignal<Preview>();
  const form = createSubmit();
  const rules = (): Rules => {
    const days = (kind: Days) => (values[kind].trim() === "" ? null : Number(values[kind]));
    return { messages_days: days("messages_days"), files_days: days("files_days"), webhook_calls_days: days("webhook_calls_days"), spare_open: values.spare_open };
  };
  const count = () => call(api.POST("/api/v1/retention/preview", { body: rules() }));
  // What deletes anything is saved only after somebody read how much.
  const ask = () =>
    form.run(async () => {
      if (deletes(rules())) setAsking(await count());
      else await save();
    });
  const save = async () => {
    const saved = await call(api.PATCH("/api/v1/retention", { body: rules() }));
    setValues(reconcile(read(saved)));
    props.onSaved(saved);
    setAsking(undefined);
    tell(t("common.saved"));
  };
  return (
    <form
      class={css.card}
      onSubmit={(e) => {
        e.preventDefault();
        void ask();
      }}
    >
      <FormError message={asking() ? undefined : form.whole(...KINDS)} />
      <div class={css.pair}>
        {KINDS.map((kind) => (
          <TextField
            type="number"
            min="1"
            max="3650"
            step="1"
            label={t(`settings.retention_${kind}`)}
            hint={t(`settings.retention_${kind}_hint`)}
            placeholder={t("settings.retention_forever")}
            error={form.wrong(kind)}
            value={values[kind]}
            onInput={(e) => setValues(kind, e.currentTarget.value)}
          />
        ))}
      </div>
      <Checkbox label={t("settings.retention_spare")} hint={t("settings.retention_spare_hint")} checked={values.spare_open} onChange={(e) => setValues("spare_open", e.currentTarget.checked)} />
      <div class={`${css.buttons} ${css.end}`}>
        <Button look="primary" type="submit" busy={form.busy() && !asking()} disabled={!may("admin")}>
          {t("common.save")}
        </Button>
      </div>
      <Show when={asking()}>
        {(p) => (
          <Dialog
            open
            onClose={() => setAsking(undefined)}
            title={t("settings.retention_ask")}
            actions={
              <>
                <Button onClick={() => setAsking(undefined)}>{t("common.cancel")}</Button>
                <Button look="danger" busy={form.busy()} onClick={() => void form.run(save)}>{t("settings.retention_confirm")}</Button>
              </>
            }
          >
            <FormError message={form.whole()} />
            <p>{p().at_least ? t("settings.retention_would_least") : t("settings.retention_would")}</p>
            <p class={s.figures}>{told(p())}</p>
            <p class="muted">{t("settings.retention_grace")}</p>
          </Dialog>
        )}
      </Show>
    </form>
  );
}

function Runs(props: { view: View; onChanged: (view: View) => void }) {
  const [sure, setSure] = createSignal(false);
  const form = createSubmit();
  const run = async () => {
    const done = await form.run(async () => props.onChanged(await call(api.POST("/api/v1/retention/run"))));
    if (done) {
      setSure(false);
      tell(t("settings.retention_begins"));
    }
  };
  return (
    <section class={css.card} aria-labelledby="runs">
      <h3 id="runs">{t("settings.retention_runs")}</h3>
      <Show when={props.view.last_run} fallback={<p>{t("settings.retention_never")}</p>}>
        {(last) => (
          <p>
            {last().finished_at ? t("settings.retention_last", { time: dateTime(last().finished_at!) }) : t("settings.retention_going", { time: dateTime(last().started_at) })}{" "}
            {told(last())}
          </p>
        )}
      </Show>
      <Show when={props.view.next_run_at} fallback={<p>{t("settings.retention_off")}</p>}>
        {(next) => (
          <>
            <p>{t("settings.retention_next", { time: dateTime(next()) })}</p>
            <div class={css.buttons}>
              <Button onClick={() => setSure(true)}>{t("settings.retention_now")}</Button>
            </div>
          </>
        )}
      </Show>
      <Show when={sure()}>
        <Dialog
          open
          onClose={() => setSure(false)}
          title={t("settings.retention_now")}
          actions={
            <>
              <Button onClick={() => setSure(false)}>{t("common.cancel")}</Button>
              <Button look="danger" busy={form.busy()} onClick={() => void run()}>{t("settings.retention_confirm_now")}</Button>
            </>
          }
        >
          <FormError message={form.whole()} />
          <p>{t("settings.retention_now_text")}</p>
        </Dialog>
      </Show>
    </section>
  );
}
