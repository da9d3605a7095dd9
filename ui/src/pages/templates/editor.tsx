// A template in the editor, with the phone that shows it beside: what is typed is seen at once.
import { useNavigate, useSearchParams } from "@solidjs/router";
import { For, Show, createResource, createSignal } from "solid-js";
import { createStore } from "solid-js/store";
import { api, call } from "../../api/client";
import type { Template } from "../../api/types";
import { t, tx } from "../../i18n";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/dialog";
import { FormError, SelectField, TextArea, TextField } from "../../parts/field";
import { createSubmit } from "../../parts/form";
import css from "../../parts/form.module.css";
import { Page } from "../../parts/page";
import { Failed, Skeleton } from "../../parts/state";
import { tell, tellError } from "../../parts/toast";
import { may } from "../../session";
import { componentsOf, draftOf, hasMore, named, wanted, wellNumbered, type Draft } from "./components";
import { TemplateStatus, withTemplates } from "./list";
import { Phone } from "./phone";
import s from "./templates.module.css";

const CATEGORIES = ["UTILITY", "MARKETING"] as const;
const LANGUAGES = ["es", "es_CL", "es_MX", "es_AR", "es_ES", "pt_BR", "pt_PT", "en", "en_US", "en_GB"];

export function New() {
  const [params] = useSearchParams<{ channel_id?: string }>();
  const channel = () => withTemplates().find((c) => c.id === params.channel_id) ?? withTemplates()[0];
  return (
    <Show when={channel()} fallback={<Page title={t("templates.new")}><p>{t("templates.no_channel")}</p></Page>}>
      {(c) => <Editor channel={c().id} />}
    </Show>
  );
}

export function Existing(props: { id: string }) {
  const [template, { refetch }] = createResource(
    () => props.id,
    (id) => call(api.GET("/api/v1/templates/{id}", { params: { path: { id } } })),
  );
  return (
    <Show when={!template.error} fallback={<Page title={t("common.templates")}><Failed error={template.error} onRetry={refetch} /></Page>}>
      <Show when={template()} keyed fallback={<Page title={t("common.templates")}><Skeleton lines={6} /></Page>}>
        {(x) => <Editor channel={x.channel_id} template={x} />}
      </Show>
    </Show>
  );
}

function Editor(props: { channel: string; template?: Template }) {
  const navigate = useNavigate();
  const before = props.template;
  const [draft, setDraft] = createStore<Draft>(draftOf(before));
  const [head, setHead] = createStore({ name: "", language: "es", category: (before?.category ?? "UTILITY") as (typeof CATEGORIES)[number] });
  const [tried, setTried] = createSignal(false);
  const [asking, setAsking] = createSignal(false);
  const form = createSubmit();
  const readOnly = () => !may("setup:write");
  const missing = (name: string) => !draft.examples[name]?.trim();
  const bodyWrong = () => (tried() && !draft.body.trim() ? t("templates.body_missing") : !wellNumbered(draft.body) ? t("templates.variables_order") : form.wrong("components"));
  const submit = async () => {
    setTried(true);
    if (!draft.body.trim() || !wellNumbered(draft.body) || wanted(draft).some(missing)) return;
    const components = componentsOf(draft, before?.components) as never[];
    const done = await form.run(async () => {
      if (before) await call(api.PATCH("/api/v1/templates/{id}", { params: { path: { id: before.id } }, body: { category: head.category, components } }));
      else
        await call(
          api.POST("/api/v1/templates", {
            body: { channel_id: props.channel, name: head.name.trim(), language: head.language, category: head.category, components, ...(named(draft.body) ? { parameter_format: "NAMED" as const } : {}) },
          }),
        );
    });
    if (!done) return;
    tell(t("templates.submitted"));
    navigate(`/templates?channel_id=${props.channel}`);
  };
  const remove = async () => {
    try {
      await call(api.DELETE("/api/v1/templates/{id}", { params: { path: { id: before!.id } } }));
      tell(t("templates.deleted"));
      navigate(`/templates?channel_id=${props.channel}`);
    } catch (error) {
      setAsking(false);
      tellError(error);
    }
  };
  return (
    <Page title={before?.name ?? t("templates.new")} wide actions={<Show when={before}><TemplateStatus status={before!.status} /></Show>}>
      <div class={s.editor}>
        <form
          class={css.card}
          onSubmit={(e) => {
            e.preventDefault();
            void submit();
          }}
        >
          <FormError message={form.whole("name", "language", "category", "components")} />
          <Show when={before}>
            {(x) => (
              <div class={s.sub}>
                <p>{[x().language, x().quality && t("templates.quality", { quality: tx("templates", `quality_${x().quality}`, x().quality!) })].filter(Boolean).join(" · ")}</p>
                <Show when={x().reason}>
                  <p class={s.reason}>{t("templates.reason", { reason: x().reason! })}</p>
                </Show>
                <Show when={x().unsupported}>
                  <p class={s.reason}>{t("templates.unsupported", { what: x().unsupported! })}</p>
                </Show>
                <Show when={hasMore(x().components)}>
                  <p>{t("templates.fixed_parts")}</p>
                </Show>
              </div>
            )}
          </Show>
          <Show when={!before}>
            <div class={css.pair}>
              <TextField
                autofocus
                label={t("templates.name")}
                hint={t("templates.name_hint")}
                required
                maxLength={512}
                spellcheck={false}
                error={form.wrong("name")}
                value={head.name}
                onInput={(e) => setHead("name", e.currentTarget.value.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[\s-]+/g, "_").replace(/[^a-z0-9_]/g, ""))}
              />
              <SelectField label={t("templates.language")} error={form.wrong("language")} onChange={(e) => setHead("language", e.currentTarget.value)}>
                <For each={LANGUAGES}>{(l) => <option value={l} selected={l === head.language}>{l}</option>}</For>
              </SelectField>
            </div>
          </Show>
          <SelectField label={t("templates.category")} hint={tx("templates", `category_about_${head.category}`, "")} error={form.wrong("category")} disabled={readOnly()} onChange={(e) => setHead("category", e.currentTarget.value as "UTILITY")}>
            <For each={before && !CATEGORIES.includes(before.category as "UTILITY") ? [before.category] : CATEGORIES}>{(c) => <option value={c} selected={c === head.category}>{tx("templates", `category_${c}`, c)}</option>}</For>
          </SelectField>
          <TextField label={`${t("templates.header")} (${t("common.optional")})`} maxLength={60} readOnly={readOnly()} value={draft.header} onInput={(e) => setDraft("header", e.currentTarget.value)} />
          <TextArea label={t("templates.body")} hint={t("templates.body_hint")} rows={7} maxLength={1024} readOnly={readOnly()} error={bodyWrong()} value={draft.body} onInput={(e) => setDraft("body", e.currentTarget.value)} />
          <Show when={wanted(draft).length > 0}>
            <div class={css.pair}>
              <For each={wanted(draft)}>
                {(name) => (
                  <TextField label={t("templates.example", { name: `{{${name.replace(/^header\./, "")}}}` })} readOnly={readOnly()} error={tried() && missing(name) ? t("templates.example_missing") : undefined} value={draft.examples[name] ?? ""} onInput={(e) => setDraft("examples", name, e.currentTarget.value)} />
                )}
              </For>
            </div>
          </Show>
          <TextField label={`${t("templates.footer")} (${t("common.optional")})`} maxLength={60} readOnly={readOnly()} value={draft.footer} onInput={(e) => setDraft("footer", e.currentTarget.value)} />
          <TextArea label={`${t("templates.buttons")} (${t("common.optional")})`} hint={t("templates.buttons_hint")} rows={3} readOnly={readOnly()} value={draft.buttons} onInput={(e) => setDraft("buttons", e.currentTarget.value)} />
          <Show when={!readOnly()}>
            <div class={`${css.buttons} ${css.end}`}>
              <Show when={before}>
                <Button look="quiet" onClick={() => setAsking(true)}>{t("common.delete")}</Button>
              </Show>
              <Button look="primary" type="submit" busy={form.busy()}>{before ? t("templates.edit") : t("templates.submit")}</Button>
            </div>
          </Show>
        </form>
        <Phone components={componentsOf(draft, before?.components)} examples={draft.examples} />
      </div>
      <Confirm open={asking()} danger title={t("templates.delete_title", { name: before?.name ?? "" })} text={t("templates.delete_text")} confirm={t("common.delete")} onConfirm={() => void remove()} onClose={() => setAsking(false)} />
    </Page>
  );
}
