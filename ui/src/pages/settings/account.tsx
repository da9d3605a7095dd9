// One's own: profile, notifications, password, second factor, sessions.
import { For, Show, createSignal } from "solid-js";
import { createStore } from "solid-js/store";
import { json } from "../../api/client";
import { reference } from "../../data/reference";
import { localeNames, locales, t, type Locale } from "../../i18n";
import { Button } from "../../parts/button";
import { Checkbox, FormError, SelectField, TextField } from "../../parts/field";
import { createSubmit } from "../../parts/form";
import css from "../../parts/form.module.css";
import { tell, tellError } from "../../parts/toast";
import { changeMe, chooseLocale, me, showTheme } from "../../session";
import { SecondFactorCard } from "./secondfactor";
import { Sessions } from "./sessions";

export default function Account() {
  return (
    <>
      <Profile />
      <Notifications />
      <Password />
      <SecondFactorCard />
      <Sessions />
    </>
  );
}

function Profile() {
  const [values, setValues] = createStore({ name: me().name, phone: me().phone ?? "" });
  const form = createSubmit();
  const save = () => form.run(() => changeMe({ name: values.name.trim(), phone: values.phone.trim() || null })).then((done) => done && tell(t("common.saved")));
  return (
    <form
      class={css.card}
      aria-labelledby="profile"
      onSubmit={(e) => {
        e.preventDefault();
        void save();
      }}
    >
      <h3 id="profile">{t("settings.profile")}</h3>
      <FormError message={form.whole("name", "phone")} />
      <div class={css.pair}>
        <TextField label={t("settings.name")} autocomplete="name" error={form.wrong("name")} required value={values.name} onInput={(e) => setValues("name", e.currentTarget.value)} />
        <TextField label={t("settings.email")} value={me().email} readOnly />
        <TextField label={t("settings.phone")} type="tel" autocomplete="tel" error={form.wrong("phone")} value={values.phone} onInput={(e) => setValues("phone", e.currentTarget.value)} />
        <SelectField
          label={t("settings.language")}
          onChange={(e) => {
            const next = (e.currentTarget.value || null) as Locale | null;
            if (next) void chooseLocale(next);
            changeMe({ locale: next }).catch(tellError);
          }}
        >
          <option value="" selected={!me().locale}>{t("settings.language_browser")}</option>
          <For each={locales}>{(l) => <option value={l} selected={me().locale === l}>{localeNames[l]}</option>}</For>
        </SelectField>
        <SelectField
          label={t("settings.theme")}
          onChange={(e) => {
            const next = (e.currentTarget.value || null) as "light" | "dark" | null;
            showTheme(next);
            changeMe({ theme: next }).catch(tellError);
          }}
        >
          <option value="" selected={!me().theme}>{t("settings.theme_system")}</option>
          <option value="light" selected={me().theme === "light"}>{t("settings.theme_light")}</option>
          <option value="dark" selected={me().theme === "dark"}>{t("settings.theme_dark")}</option>
        </SelectField>
      </div>
      <div class={`${css.buttons} ${css.end}`}>
        <Button look="primary" type="submit" busy={form.busy()}>{t("common.save")}</Button>
      </div>
    </form>
  );
}

function Notifications() {
  const now = () => me().notifications;
  const set = (change: Partial<ReturnType<typeof now>>) => changeMe({ notifications: { ...now(), ...change } }).catch(tellError);
  const desktop = async (on: boolean) => {
    if (on && "Notification" in window && Notification.permission === "default") await Notification.requestPermission();
    await set({ desktop: on });
  };
  return (
    <section class={css.card} aria-labelledby="notifications">
      <h3 id="notifications">{t("settings.notifications")}</h3>
      <Checkbox label={t("settings.notify_desktop")} checked={now().desktop} onChange={(e) => void desktop(e.currentTarget.checked)} />
      <Checkbox label={t("settings.notify_sound")} checked={now().sound} onChange={(e) => void set({ sound: e.currentTarget.checked })} />
      <For each={reference.channels}>
        {(c) => (
          <Checkbox
            label={t("settings.notify_channel", { channel: c.name })}
            checked={now().muted_channels.includes(c.id)}
            onChange={(e) => void set({ muted_channels: e.currentTarget.checked ? [...now().muted_channels, c.id] : now().muted_channels.filter((id) => id !== c.id) })}
          />
        )}
      </For>
    </section>
  );
}

function Password() {
  const [current, setCurrent] = createSignal("");
  const [next, setNext] = createSignal("");
  const form = createSubmit();
  const save = async () => {
    if (!(await form.run(() => json("POST", "/session/password", { body: { current: current(), new: next() } })))) return;
    setCurrent("");
    setNext("");
    tell(t("settings.password_changed"));
  };
  return (
    <form
      class={css.card}
      aria-labelledby="password"
      onSubmit={(e) => {
        e.preventDefault();
        void save();
      }}
    >
      <h3 id="password">{t("settings.password")}</h3>
      <p class="muted">{t("settings.password_text")}</p>
      <FormError message={form.whole("current", "new")} />
      <input class="sr" type="email" autocomplete="username" value={me().email} tabindex="-1" aria-hidden="true" readOnly />
      <div class={css.pair}>
        <TextField label={t("settings.password_current")} type="password" autocomplete="current-password" required error={form.wrong("current")} value={current()} onInput={(e) => setCurrent(e.currentTarget.value)} />
        <TextField label={t("settings.password_new")} type="password" autocomplete="new-password" required error={form.wrong("new")} value={next()} onInput={(e) => setNext(e.currentTarget.value)} />
      </div>
      <div class={`${css.buttons} ${css.end}`}>
        <Show when={current() || next()}>
          <Button onClick={() => (setCurrent(""), setNext(""), form.clear())}>{t("common.cancel")}</Button>
        </Show>
        <Button look="primary" type="submit" busy={form.busy()}>{t("settings.password_change")}</Button>
      </div>
    </form>
  );
}
