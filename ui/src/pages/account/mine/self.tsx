import { For, createSignal } from "solid-js";
import { createStore } from "solid-js/store";
import { Problem, explain } from "../../../api/problem";
import { localeNames, locales, t, tx, type Locale } from "../../../i18n";
import { Button } from "../../../parts/button";
import { FormError, SelectField, TextField } from "../../../parts/field";
import { tell, tellError } from "../../../parts/toast";
import { changeMe, chooseLocale, me, showTheme } from "../../../session";
import { Section } from "./section";
import s from "./mine.module.css";

export function Self() {
  const [form, setForm] = createStore({ first_name: me().first_name, last_name: me().last_name, phone: me().phone ?? "" });
  const [problem, setProblem] = createSignal<unknown>();
  const [busy, setBusy] = createSignal(false);
  const wrong = (field: string) => {
    const p = problem();
    return p instanceof Problem ? p.field(field) : undefined;
  };
  const save = () => {
    setBusy(true);
    setProblem(undefined);
    changeMe({ first_name: form.first_name.trim(), last_name: form.last_name.trim(), phone: form.phone.trim() || null })
      .then(() => tell(t("common.saved")), setProblem)
      .finally(() => setBusy(false));
  };
  return (
    <Section title={t("account.who")} text={`${me().email} · ${tx("account", `role_${me().role}`, me().role)}`}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          save();
        }}
      >
        <div class={s.pair}>
          <TextField label={t("account.first_name")} error={wrong("first_name") ?? wrong("name")} autocomplete="given-name" required value={form.first_name} onInput={(e) => setForm("first_name", e.currentTarget.value)} />
          <TextField label={t("account.last_name")} error={wrong("last_name")} autocomplete="family-name" value={form.last_name} onInput={(e) => setForm("last_name", e.currentTarget.value)} />
        </div>
        <TextField label={t("profile.phone")} type="tel" error={wrong("phone")} autocomplete="tel" value={form.phone} onInput={(e) => setForm("phone", e.currentTarget.value)} />
        <FormError message={problem() && !(problem() instanceof Problem && (problem() as Problem).errors.length > 0) ? explain(problem()) : ""} />
        <Button type="submit" look="primary" busy={busy()}>
          {t("common.save")}
        </Button>
      </form>
    </Section>
  );
}

export function Look() {
  const set = (change: Parameters<typeof changeMe>[0]) => void changeMe(change).catch(tellError);
  return (
    <Section title={t("account.look")}>
      <div class={s.pair}>
        <SelectField
          label={t("account.language")}
          onChange={(e) => {
            const next = (e.currentTarget.value || null) as Locale | null;
            void chooseLocale(next);
            set({ locale: next });
          }}
        >
          <option value="" selected={!me().locale}>
            {t("account.as_browser")}
          </option>
          <For each={locales}>
            {(l) => (
              <option value={l} selected={me().locale === l}>
                {localeNames[l]}
              </option>
            )}
          </For>
        </SelectField>
        <SelectField
          label={t("account.theme")}
          onChange={(e) => {
            const next = (e.currentTarget.value || null) as "light" | "dark" | null;
            showTheme(next);
            set({ theme: next });
          }}
        >
          <option value="" selected={!me().theme}>
            {t("account.theme_system")}
          </option>
          <option value="light" selected={me().theme === "light"}>
            {t("account.theme_light")}
          </option>
          <option value="dark" selected={me().theme === "dark"}>
            {t("account.theme_dark")}
          </option>
        </SelectField>
      </div>
    </Section>
  );
}
