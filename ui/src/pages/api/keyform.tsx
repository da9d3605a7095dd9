// A key: its name and what it may; a new one is shown once.
import { For, Show, createSignal } from "solid-js";
import { api, call } from "../../api/client";
import type { ApiKey } from "../../api/types";
import { t } from "../../i18n";
import { Checkbox, TextField } from "../../parts/field";
import { createSubmit } from "../../parts/form";
import css from "../../parts/form.module.css";
import { may } from "../../session";
import { SecretDialog } from "./secretdialog";
import s from "./api.module.css";

const AREAS = ["contacts", "tickets", "messages", "events", "setup"] as const;

export function KeyForm(props: { apiKey: ApiKey | undefined; onClose: () => void; onDone: () => void }) {
  const [name, setName] = createSignal(props.apiKey?.name ?? "");
  const [scopes, setScopes] = createSignal<readonly string[]>(props.apiKey?.scopes ?? ["contacts:read", "contacts:write"]);
  const [secret, setSecret] = createSignal("");
  const [tried, setTried] = createSignal(false);
  const form = createSubmit();
  const all = () => scopes().includes("*");
  const toggle = (scope: string, on: boolean) => setScopes(on ? [...scopes(), scope] : scopes().filter((x) => x !== scope));
  const submit = async () => {
    setTried(true);
    if (scopes().length === 0) return;
    const body = { name: name().trim(), scopes: all() ? ["*"] : [...scopes()] };
    const key = props.apiKey;
    const done = await form.run(async () => {
      if (key) await call(api.PATCH("/api/v1/api_keys/{id}", { params: { path: { id: key.id } }, body }));
      else setSecret((await call(api.POST("/api/v1/api_keys", { body }))).key);
    });
    if (!done) return;
    props.onDone();
    if (key) props.onClose();
  };
  return (
    <SecretDialog title={props.apiKey?.name ?? t("api.new_key")} secret={secret()} secretTitle={t("api.key_made")} secretText={t("api.secret_once")} form={form} fields={["name", "scopes"]} onSubmit={submit} onClose={props.onClose}>
      <TextField autofocus label={t("api.key_name")} hint={t("api.key_name_hint")} error={form.wrong("name")} required maxLength={80} value={name()} onInput={(e) => setName(e.currentTarget.value)} />
      <fieldset class={css.group}>
        <legend>{t("api.scopes")}</legend>
        {/* Among all is what only owners may hand on. */}
        <Show when={may("owner") || all()}>
          <Checkbox label={t("api.scope_all")} checked={all()} onChange={(e) => setScopes(e.currentTarget.checked ? ["*"] : [])} />
        </Show>
        <For each={AREAS}>
          {(area) => (
            <div class={s.scope} role="group" aria-label={t(`api.scope_${area}`)}>
              <span>{t(`api.scope_${area}`)}</span>
              <For each={["read", "write"] as const}>
                {(way) => <Checkbox label={t(`api.${way}`)} disabled={all()} checked={all() || scopes().includes(`${area}:${way}`)} onChange={(e) => toggle(`${area}:${way}`, e.currentTarget.checked)} />}
              </For>
            </div>
          )}
        </For>
        <Checkbox label={t("api.scope_admin")} disabled={all()} checked={all() || scopes().includes("admin")} onChange={(e) => toggle("admin", e.currentTarget.checked)} />
        <Show when={form.wrong("scopes") ?? (tried() && scopes().length === 0 ? t("api.scope_none") : undefined)}>
          {(message) => <p class={s.error} role="alert">{message()}</p>}
        </Show>
      </fieldset>
    </SecretDialog>
  );
}
