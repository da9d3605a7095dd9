// Pipelines and their stages, in the order of the board.
import { For, Show, createSignal } from "solid-js";
import { api, call } from "../../api/client";
import type { Pipeline, Stage } from "../../api/types";
import { reference, refresh } from "../../data/reference";
import { t } from "../../i18n";
import { Badge } from "../../parts/badge";
import { Button } from "../../parts/button";
import css from "../../parts/form.module.css";
import { BoardIcon, PlusIcon } from "../../parts/icons";
import { Sortable } from "../../parts/sortable";
import { Empty } from "../../parts/state";
import { tellError } from "../../parts/toast";
import { may } from "../../session";
import { PipelineForm, StageForm } from "./pipelineforms";
import { Removal } from "./removal";
import s from "./settings.module.css";

export default function Pipelines() {
  const [editing, setEditing] = createSignal<Pipeline | "new">();
  const [stage, setStage] = createSignal<{ pipeline: Pipeline; stage?: Stage }>();
  const [removing, setRemoving] = createSignal<{ pipeline: Pipeline; stage?: Stage }>();
  const mayChange = () => may("setup:write");
  const move = async (p: Pipeline, st: Stage, to: number) => {
    try {
      await call(api.PATCH("/api/v1/pipelines/{id}/stages/{stage_id}", { params: { path: { id: p.id, stage_id: st.id } }, body: { position: to } }));
    } catch (error) {
      tellError(error);
    }
    await refresh("pipelines").catch(tellError);
    document.getElementById(`grip-${st.id}`)?.focus();
  };
  const stagesBut = (id: string | undefined, pipeline?: string) =>
    reference.pipelines.flatMap((p) => (p.id === pipeline ? [] : p.stages.filter((st) => st.id !== id && st.outcome === "open").map((st) => ({ id: st.id, label: `${p.name} › ${st.name}` }))));
  const add = () => (
    <Show when={mayChange()}>
      <Button look="primary" icon={<PlusIcon size={16} />} onClick={() => setEditing("new")}>{t("settings.new_pipeline")}</Button>
    </Show>
  );
  return (
    <>
      <Show when={mayChange()} fallback={<p class="muted">{t("settings.read_only")}</p>}>
        <Show when={reference.pipelines.length > 0}>
          <div class={css.buttons}>{add()}</div>
        </Show>
      </Show>
      <For each={reference.pipelines} fallback={<Empty icon={<BoardIcon size={24} />} title={t("settings.no_pipelines")} action={add()}>{t("settings.no_pipelines_text")}</Empty>}>
        {(p) => (
          <section class={css.card} aria-labelledby={`pipeline-${p.id}`}>
            <header>
              <div>
                <h3 id={`pipeline-${p.id}`}>{p.name}</h3>
                <Show when={p.description}>
                  <p class="muted">{p.description}</p>
                </Show>
              </div>
              <Show when={mayChange()}>
                <span class={css.buttons}>
                  <Button small aria-label={`${t("common.edit")}: ${p.name}`} onClick={() => setEditing(p)}>{t("common.edit")}</Button>
                  <Button small look="quiet" aria-label={`${t("common.delete")}: ${p.name}`} onClick={() => setRemoving({ pipeline: p })}>{t("common.delete")}</Button>
                </span>
              </Show>
            </header>
            <Sortable label={p.name} rows={p.stages} id={(st) => st.id} name={(st) => st.name} onMove={(st, to) => void move(p, st, to)} disabled={!mayChange()}>
              {(st) => (
                <>
                  <span class={s.grow}>
                    {st.name}
                    <Show when={st.description}>
                      <span class={s.sub}>{st.description}</span>
                    </Show>
                  </span>
                  <Badge tone={st.outcome === "won" ? "success" : st.outcome === "lost" ? "danger" : "neutral"}>{t(`settings.outcome_${st.outcome}`)}</Badge>
                  <Show when={mayChange()}>
                    <Button small aria-label={`${t("common.edit")}: ${st.name}`} onClick={() => setStage({ pipeline: p, stage: st })}>{t("common.edit")}</Button>
                    <Button small look="quiet" aria-label={`${t("common.delete")}: ${st.name}`} onClick={() => setRemoving({ pipeline: p, stage: st })}>{t("common.delete")}</Button>
                  </Show>
                </>
              )}
            </Sortable>
            <Show when={mayChange()}>
              <div class={css.buttons}>
                <Button small icon={<PlusIcon size={15} />} aria-label={`${t("settings.new_stage")}: ${p.name}`} onClick={() => setStage({ pipeline: p })}>{t("settings.new_stage")}</Button>
              </div>
            </Show>
          </section>
        )}
      </For>
      <Show when={editing()} keyed>
        {(p) => <PipelineForm pipeline={p === "new" ? undefined : p} onClose={() => setEditing(undefined)} />}
      </Show>
      <Show when={stage()} keyed>
        {(x) => <StageForm pipeline={x.pipeline} stage={x.stage} onClose={() => setStage(undefined)} />}
      </Show>
      <Show when={removing()} keyed>
        {(x) => (
          <Removal
            name={x.stage?.name ?? x.pipeline.name}
            text={x.stage ? t("settings.delete_stage_text") : t("settings.delete_pipeline_text")}
            none={t("settings.no_target")}
            targets={x.stage ? stagesBut(x.stage.id) : stagesBut(undefined, x.pipeline.id)}
            onClose={() => setRemoving(undefined)}
            onRemove={async (move_to) => {
              // Without a target nothing that is in use goes: the server says how much stands on it.
              const query = move_to ? { move_to } : {};
              if (x.stage) await call(api.DELETE("/api/v1/pipelines/{id}/stages/{stage_id}", { params: { path: { id: x.pipeline.id, stage_id: x.stage.id }, query } }));
              else await call(api.DELETE("/api/v1/pipelines/{id}", { params: { path: { id: x.pipeline.id }, query } }));
              await refresh("pipelines");
            }}
          />
        )}
      </Show>
    </>
  );
}
