// A webhook's address and topics; of a new one the secret, which is shown once.
import { For, Show, createResource, createSignal } from "solid-js";
import { api, call } from "../../api/client";
import type { Webhook } from "../../api/types";
import { t } from "../../i18n";
import { Checkbox, TextField } from "../../parts/field";
import { createSubmit } from "../../parts/form";
import css from "../../parts/form.module.css";
import { SecretDialog } from "./secretdialog";
import s from "./api.module.css";

export function WebhookForm(props: { hook?: Webhook; onClose: () => void; onDone: () => void }) {
  const [url, setUrl] = createSignal(props.hook?.url ?? "");
  const [description, setDescription] = createSignal(props.hook?.description ?? "");
  // All of them has to be said, or taking the last one away would say it.
  const [topics, setTopics] = createSignal<readonly string[]>((props.hook?.topics ?? []).filter((topic) => topic !== "*"));
  const [all, setAll] = createSignal(topics().length === 0);
  const [tried, setTried] = createSignal(false);
  const noTopics = () => !all() && topics().length === 0;
  const [secret, setSecret] = createSignal("");
  const [known] = createResource(() => call(api.GET("/api/webhooks/topics")).catch(() => [] as string[]));
  const form = createSubmit();
  const submit = async () => {
    setTried(true);
    if (noTopics()) return;
    const body = { url: url().trim(), topics: (all() ? ["*"] : [...topics()]) as never, description: description().trim() || undefined };
    const hook = props.hook;
    const done = await form.run(async () => {
      if (hook) await call(api.PATCH("/api/v1/webhooks/{id}", { params: { path: { id: hook.id } }, body: { ...body, description: body.description ?? null } }));
      else setSecret((await call(api.POST("/api/v1/webhooks", { body }))).secret);
    });
    if (!done) return;
    props.onDone();
    if (hook) props.onClose();
  };
  return (
    <SecretDialog
      title={props.hook ? t("common.edit") : t("api.new_webhook")}
      secret={secret()}
      secretTitle={t("api.secret")}
      secretText={t("api.signing_secret_once")}
      form={form}
      fields={["url", "topics", "description"]}
      onSubmit={submit}
      onClose={props.onClose}
    >
      <TextField autofocus type="url" label={t("api.url")} hint={t("api.url_hint")} error={form.wrong("url")} required placeholder="https://" value={url()} onInput={(e) => setUrl(e.currentTarget.value)} />
      <TextField label={`${t("api.description")} (${t("common.optional")})`} error={form.wrong("description")} maxLength={200} value={description()} onInput={(e) => setDescription(e.currentTarget.value)} />
      <fieldset class={css.group}>
        <legend>{t("api.topics")}</legend>
        <Checkbox label={t("api.topics_all")} checked={all()} onChange={(e) => setAll(e.currentTarget.checked)} />
        <div class={s.topics}>
          <For each={known() ?? []}>
            {(topic) => (
              <Checkbox
                label={topic}
                checked={!all() && topics().includes(topic)}
                onChange={(e) => {
                  const before = all() ? [] : topics();
                  setTopics(e.currentTarget.checked ? [...before, topic] : before.filter((x) => x !== topic));
                  setAll(false);
                }}
              />
            )}
          </For>
        </div>
        <Show when={tried() && noTopics() ? t("api.topics_none") : form.wrong("topics")}>{(message) => <p class={s.error} role="alert">{message()}</p>}</Show>
      </fieldset>
    </SecretDialog>
  );
}
