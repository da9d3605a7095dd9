// The fields of a channel, by its kind, for a new one and for one that is there.
import { For, Show } from "solid-js";
import { createStore } from "solid-js/store";
import type { Channel } from "../../api/types";
import { reference } from "../../data/reference";
import { locale, t } from "../../i18n";
import { phoneExample } from "../../i18n/format";
import { SelectField, TextArea, TextField } from "../../parts/field";
import css from "../../parts/form.module.css";
import { session } from "../../session";
import { countries } from "../account/countries";
import type { Kind } from "./kinds";

export interface Values {
  name: string;
  country: string;
  phone_number: string;
  phone_number_id: string;
  waba_id: string;
  access_token: string;
  app_secret: string;
  verify_token: string;
  default_stage_id: string;
  reopen_within_hours: string;
  messages_per_second: string;
  allowed_origins: string;
}
/** What the form says wrong things about by itself. */
export const FIELDS = ["name", "country", "phone_number", "phone_number_id", "waba_id", "access_token", "app_secret", "verify_token", "default_stage_id", "reopen_within_hours", "messages_per_second", "allowed_origins"];

const text = (v: unknown): string => (typeof v === "string" || typeof v === "number" ? String(v) : "");
const SECRETS = ["access_token", "app_secret", "verify_token"] as const;

/** A number that nobody has: of the ranges for stories and tests. */
export const INVENTED = "+56955500300";

export function createValues(kind: Kind, channel?: Channel) {
  return createStore<Values>({
    name: channel?.name ?? "",
    country: channel?.country ?? session()?.organization.country ?? "",
    phone_number: channel?.phone_number ?? (kind === "playground" ? INVENTED : ""),
    phone_number_id: channel?.phone_number_id ?? "",
    waba_id: text(channel?.settings.waba_id),
    access_token: "",
    app_secret: "",
    verify_token: kind === "whatsapp" && !channel ? invented() : "",
    default_stage_id: channel ? (channel.default_stage_id ?? "") : (reference.pipelines[0]?.stages.find((x) => x.outcome === "open")?.id ?? ""),
    reopen_within_hours: String(channel?.reopen_within_hours ?? 0),
    messages_per_second: text(channel?.settings.messages_per_second),
    allowed_origins: Array.isArray(channel?.settings.allowed_origins) ? channel.settings.allowed_origins.join("\n") : "",
  });
}

/** The body of POST and PATCH. What is empty of a number's identity or a secret is left out. */
export function bodyOf(kind: Kind, v: Values): Record<string, unknown> {
  const body: Record<string, unknown> = {
    name: v.name.trim(),
    country: v.country,
    default_stage_id: v.default_stage_id || null,
    reopen_within_hours: Number(v.reopen_within_hours) || 0,
  };
  if (kind !== "webchat" && v.phone_number.trim()) body.phone_number = v.phone_number.trim();
  if (kind === "webchat") body.allowed_origins = v.allowed_origins.split(/\s+/).filter(Boolean);
  if (kind === "whatsapp") {
    for (const name of ["phone_number_id", "waba_id", ...SECRETS] as const) if (v[name].trim()) body[name] = v[name].trim();
    body.messages_per_second = v.messages_per_second.trim() ? Number(v.messages_per_second) : null;
  }
  return body;
}

const OWN: ReadonlySet<keyof Values> = new Set(["phone_number_id", "waba_id", ...SECRETS]);

/** A word for Meta to say back, that nobody guesses. */
const invented = () => [...crypto.getRandomValues(new Uint8Array(12))].map((x) => x.toString(36).padStart(2, "0")).join("");

export function Fields(props: { kind: Kind; values: Values; set: (name: keyof Values, value: string) => void; wrong: (field: string) => string | undefined; existing?: boolean; /** Its secrets are there already. */ kept?: boolean }) {
  const bind = (name: keyof Values) => ({
    label: t(`channels.${name as "name"}`),
    // Meta's ids and secrets: what the server says of them, in words of their own.
    error: OWN.has(name) && props.wrong(name) && props.values[name].trim() ? t(`channels.wrong_${name as "waba_id"}`) : props.wrong(name),
    value: props.values[name],
    onInput: (e: { currentTarget: { value: string } }) => props.set(name, e.currentTarget.value),
  });
  return (
    <div class={css.form}>
      <div class={css.pair}>
        <TextField {...bind("name")} hint={t("channels.name_hint")} required maxLength={80} autofocus={!props.existing} />
        <SelectField label={t("channels.country")} hint={t("channels.country_hint")} error={props.wrong("country")} onChange={(e) => props.set("country", e.currentTarget.value)}>
          <For each={countries(locale())}>{(c) => <option value={c.code} selected={c.code === props.values.country}>{c.name}</option>}</For>
        </SelectField>
      </div>
      <Show when={props.kind !== "webchat"}>
        <div class={css.pair}>
          <TextField {...bind("phone_number")} hint={t("channels.phone_number_hint", { example: phoneExample() })} type="tel" inputmode="tel" />
          <Show when={props.kind === "whatsapp"}>
            <TextField {...bind("phone_number_id")} hint={t("channels.phone_number_id_hint")} inputmode="numeric" />
          </Show>
        </div>
      </Show>
      <Show when={props.kind === "whatsapp"}>
        <TextField {...bind("waba_id")} inputmode="numeric" />
        <For each={SECRETS}>
          {(name) => <TextField {...bind(name)} type={name === "verify_token" ? "text" : "password"} class={name === "verify_token" ? css.mono : undefined} autocomplete="new-password" spellcheck={false} placeholder={props.kept ? "••••••••" : undefined} hint={props.kept ? t("channels.secret_kept") : t(`channels.${name}_hint`)} />}
        </For>
      </Show>
      <Show when={props.kind === "webchat"}>
        <TextArea label={t("channels.origins")} hint={t("channels.origins_hint")} error={props.wrong("allowed_origins")} spellcheck={false} value={props.values.allowed_origins} onInput={(e) => props.set("allowed_origins", e.currentTarget.value)} />
      </Show>
      <div class={css.pair}>
        <SelectField label={t("channels.default_stage")} error={props.wrong("default_stage_id")} onChange={(e) => props.set("default_stage_id", e.currentTarget.value)}>
          <option value="" selected={props.values.default_stage_id === ""}>{t("channels.no_stage")}</option>
          <For each={reference.pipelines}>
            {(p) => (
              <optgroup label={p.name}>
                <For each={p.stages.filter((x) => x.outcome === "open")}>{(x) => <option value={x.id} selected={x.id === props.values.default_stage_id}>{x.name}</option>}</For>
              </optgroup>
            )}
          </For>
        </SelectField>
        <TextField label={t("channels.reopen")} hint={t("channels.reopen_hint")} error={props.wrong("reopen_within_hours")} type="number" min="0" max="8760" value={props.values.reopen_within_hours} onInput={(e) => props.set("reopen_within_hours", e.currentTarget.value)} />
        <Show when={props.kind === "whatsapp" && props.existing}>
          <TextField label={t("channels.rate")} hint={t("channels.rate_hint")} error={props.wrong("messages_per_second")} type="number" min="1" max="1000" value={props.values.messages_per_second} onInput={(e) => props.set("messages_per_second", e.currentTarget.value)} />
        </Show>
      </div>
    </div>
  );
}
