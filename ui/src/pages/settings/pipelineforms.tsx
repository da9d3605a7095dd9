import { For, Show } from "solid-js";
import { createStore } from "solid-js/store";
import { api, call } from "../../api/client";
import type { Pipeline, Stage } from "../../api/types";
import { refresh } from "../../data/reference";
import { t } from "../../i18n";
import { SelectField, TextArea, TextField } from "../../parts/field";
import { createSubmit } from "../../parts/form";
import { FormDialog } from "./formdialog";

const lines = (text: string) => [...new Set(text.split("\n").map((x) => x.trim()).filter(Boolean))];

export function PipelineForm(props: { pipeline: Pipeline | undefined; onClose: () => void }) {
  const [values, setValues] = createStore({ name: props.pipeline?.name ?? "", description: props.pipeline?.description ?? "", stages: t("settings.stage_names_default") });
  const form = createSubmit();
  const save = async () => {
    const p = props.pipeline;
    const name = values.name.trim();
    const description = values.description.trim() || null;
    if (p) await call(api.PATCH("/api/v1/pipelines/{id}", { params: { path: { id: p.id } }, body: { name, description } }));
    else
      await call(
        api.POST("/api/v1/pipelines", {
          body: {
            name,
            description,
            stages: [...lines(values.stages).map((x) => ({ name: x, outcome: "open" as const })), { name: t("settings.outcome_won"), outcome: "won" as const }, { name: t("settings.outcome_lost"), outcome: "lost" as const }],
          },
        }),
      );
    await refresh("pipelines");
  };
  return (
    <FormDialog title={props.pipeline?.name ?? t("settings.new_pipeline")} form={form} fields={["name", "description", "stages"]} onSave={save} onClose={props.onClose}>
      <TextField autofocus label={t("settings.name")} required maxLength={80} error={form.wrong("name")} value={values.name} onInput={(e) => setValues("name", e.currentTarget.value)} />
      <TextField label={`${t("settings.field_description")} (${t("common.optional")})`} error={form.wrong("description")} value={values.description} onInput={(e) => setValues("description", e.currentTarget.value)} />
      <Show when={!props.pipeline}>
        <TextArea label={t("settings.stage_names")} hint={t("settings.stage_names_hint")} rows={5} error={form.wrong("stages")} value={values.stages} onInput={(e) => setValues("stages", e.currentTarget.value)} />
      </Show>
    </FormDialog>
  );
}

export function StageForm(props: { pipeline: Pipeline; stage: Stage | undefined; onClose: () => void }) {
  const [values, setValues] = createStore({ name: props.stage?.name ?? "", description: props.stage?.description ?? "", outcome: props.stage?.outcome ?? ("open" as Stage["outcome"]) });
  const form = createSubmit();
  const save = async () => {
    const st = props.stage;
    const body = { name: values.name.trim(), description: values.description.trim() || null, outcome: values.outcome };
    if (st) await call(api.PATCH("/api/v1/pipelines/{id}/stages/{stage_id}", { params: { path: { id: props.pipeline.id, stage_id: st.id } }, body }));
    else await call(api.POST("/api/v1/pipelines/{id}/stages", { params: { path: { id: props.pipeline.id } }, body }));
    await refresh("pipelines");
  };
  return (
    <FormDialog title={props.stage?.name ?? t("settings.new_stage")} form={form} fields={["name", "description", "outcome"]} onSave={save} onClose={props.onClose}>
      <TextField autofocus label={t("settings.name")} required maxLength={80} error={form.wrong("name")} value={values.name} onInput={(e) => setValues("name", e.currentTarget.value)} />
      <SelectField label={t("settings.outcome")} error={form.wrong("outcome")} onChange={(e) => setValues("outcome", e.currentTarget.value as Stage["outcome"])}>
        <For each={["open", "won", "lost"] as const}>{(x) => <option value={x} selected={x === values.outcome}>{t(`settings.outcome_${x}`)}</option>}</For>
      </SelectField>
      <TextField label={`${t("settings.field_description")} (${t("common.optional")})`} error={form.wrong("description")} value={values.description} onInput={(e) => setValues("description", e.currentTarget.value)} />
    </FormDialog>
  );
}
