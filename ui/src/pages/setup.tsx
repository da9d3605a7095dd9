import { A, useNavigate, useSearchParams } from "@solidjs/router";
import { For, Show, createResource, onCleanup } from "solid-js";
import { createStore } from "solid-js/store";
import { json } from "../api/client";
import type { Session, SetupState } from "../api/contract";
import { locale, t } from "../i18n";
import { Button } from "../parts/button";
import { FormError, SelectField, TextField } from "../parts/field";
import { createSubmit } from "../parts/form";
import { enter } from "../session";
import { countries, guessCountry } from "./account/countries";
import { Door } from "./account/door";
import { PasswordField } from "./account/password";

export default function Setup() {
  const navigate = useNavigate();
  const [params] = useSearchParams<{ token?: string }>();
  const [asked] = createResource(() => json<SetupState>("GET", "/setup"));
  // Where that cannot be asked, the form says so when it is sent.
  const state = () => (asked.error ? undefined : asked());
  const fromHash = () => new URLSearchParams(window.location.hash.split("?")[1] ?? window.location.hash.slice(1)).get("token");
  const [form, setForm] = createStore({
    token: params.token ?? fromHash() ?? "",
    organization: "",
    country: guessCountry(),
    name: "",
    email: "",
    password: "",
  });
  // Who is here already and follows the printed link changes nothing but the part behind `#`.
  const followed = () => {
    const token = fromHash();
    if (token) setForm("token", token);
  };
  window.addEventListener("hashchange", followed);
  onCleanup(() => window.removeEventListener("hashchange", followed));
  const { busy, wrong, whole, run } = createSubmit();
  const submit = () =>
    run(async () => {
      enter(await json<Session>("POST", "/setup", { body: { ...form, token: form.token.trim(), email: form.email.trim() } }));
      navigate("/welcome", { replace: true });
    });

  return (
    <Show
      when={state()?.needed !== false}
      fallback={
        <Door title={t("account.setup_done")}>
          <A href="/login">{t("account.sign_in")}</A>
        </Door>
      }
    >
      <Door title={t("account.setup_title")} text={t("account.setup_text")}>
        <form
          onSubmit={(e) => {
            e.preventDefault();
            void submit();
          }}
        >
          <TextField
            label={t("account.setup_token")}
            hint={t("account.setup_token_hint")}
            error={wrong("token")}
            required
            spellcheck={false}
            value={form.token}
            onInput={(e) => setForm("token", e.currentTarget.value)}
          />
          <TextField
            label={t("account.organization")}
            hint={t("account.organization_hint")}
            error={wrong("organization")}
            autocomplete="organization"
            required
            value={form.organization}
            onInput={(e) => setForm("organization", e.currentTarget.value)}
          />
          <SelectField
            label={t("account.country")}
            hint={t("account.country_hint")}
            error={wrong("country")}
            value={form.country}
            onChange={(e) => setForm("country", e.currentTarget.value)}
          >
            <For each={countries(locale())}>{(c) => <option value={c.code} selected={c.code === form.country}>{c.name}</option>}</For>
          </SelectField>
          <TextField
            label={t("account.name")}
            error={wrong("name")}
            autocomplete="name"
            required
            value={form.name}
            onInput={(e) => setForm("name", e.currentTarget.value)}
          />
          <TextField
            label={t("account.email")}
            type="email"
            error={wrong("email")}
            autocomplete="username"
            required
            value={form.email}
            onInput={(e) => setForm("email", e.currentTarget.value)}
          />
          <PasswordField
            label={t("account.password")}
            hint={t("account.password_hint")}
            error={wrong("password")}
            autocomplete="new-password"
            required
            value={form.password}
            onInput={(e) => setForm("password", e.currentTarget.value)}
          />
          <FormError message={whole(...Object.keys(form))} />
          <Button type="submit" look="primary" busy={busy()}>
            {t("account.setup_go")}
          </Button>
        </form>
      </Door>
    </Show>
  );
}
