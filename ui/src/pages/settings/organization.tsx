import { For } from "solid-js";
import { createStore } from "solid-js/store";
import { api, call } from "../../api/client";
import { locale, localeNames, locales, t } from "../../i18n";
import { Button } from "../../parts/button";
import { FormError, SelectField, TextField } from "../../parts/field";
import { createSubmit } from "../../parts/form";
import css from "../../parts/form.module.css";
import { tell } from "../../parts/toast";
import { askSession, session } from "../../session";
import { countries } from "../account/countries";

const zones = (now: string): string[] => {
  const known = Intl.supportedValuesOf("timeZone");
  return known.includes(now) ? known : [now, ...known];
};

export default function Organization() {
  const o = session()!.organization;
  const [values, setValues] = createStore({ name: o.name, country: o.country, currency: o.currency, language: o.language, time_zone: o.time_zone });
  const form = createSubmit();
  const save = async () => {
    const done = await form.run(async () => {
      await call(api.PATCH("/api/v1/organization", { body: { ...values, name: values.name.trim() } as never }));
      await askSession();
    });
    if (done) tell(t("common.saved"));
  };
  return (
    <form
      class={css.card}
      onSubmit={(e) => {
        e.preventDefault();
        void save();
      }}
    >
      <FormError message={form.whole("name", "country", "currency", "language", "time_zone")} />
      <TextField label={t("settings.name")} required maxLength={120} error={form.wrong("name")} value={values.name} onInput={(e) => setValues("name", e.currentTarget.value)} />
      <div class={css.pair}>
        <SelectField label={t("settings.country")} hint={t("settings.country_hint")} error={form.wrong("country")} onChange={(e) => setValues("country", e.currentTarget.value)}>
          <For each={countries(locale())}>{(c) => <option value={c.code} selected={c.code === values.country}>{c.name}</option>}</For>
        </SelectField>
        <TextField label={t("settings.currency")} maxLength={3} error={form.wrong("currency")} value={values.currency} onInput={(e) => setValues("currency", e.currentTarget.value.toUpperCase())} />
        <SelectField label={t("settings.time_zone")} error={form.wrong("time_zone")} onChange={(e) => setValues("time_zone", e.currentTarget.value)}>
          <For each={zones(o.time_zone)}>{(z) => <option value={z} selected={z === values.time_zone}>{z.replace(/_/g, " ")}</option>}</For>
        </SelectField>
        <SelectField label={t("settings.language")} error={form.wrong("language")} onChange={(e) => setValues("language", e.currentTarget.value)}>
          <For each={locales}>{(l) => <option value={l} selected={l === values.language}>{localeNames[l]}</option>}</For>
        </SelectField>
      </div>
      <div class={`${css.buttons} ${css.end}`}>
        <Button look="primary" type="submit" busy={form.busy()}>{t("common.save")}</Button>
      </div>
    </form>
  );
}
