// How a web chat looks and what it asks: what is typed shows at once in the preview; pages get it when it is saved.
import { For, Index, Show } from "solid-js";
import { createStore, unwrap } from "solid-js/store";
import { api, call } from "../../api/client";
import type { Channel } from "../../api/types";
import { refresh } from "../../data/reference";
import { localeNames, locales, t, type Locale } from "../../i18n";
import { Button, IconButton } from "../../parts/button";
import { Checkbox, FormError, SelectField, TextArea, TextField } from "../../parts/field";
import { createSubmit } from "../../parts/form";
import css from "../../parts/form.module.css";
import { PlusIcon, TrashIcon } from "../../parts/icons";
import { tell } from "../../parts/toast";
import { WidgetPreview } from "./widgetpreview";
import s from "./widget.module.css";

export const ASKS = ["name", "email", "phone", "text"] as const;
export interface Ask {
  key: string;
  type: (typeof ASKS)[number];
  label: string | null;
  required: boolean;
}
export interface Widget {
  title: string | null;
  greeting: string | null;
  away: string | null;
  color: string | null;
  position: "left" | "right";
  languages: Locale[];
  pre_chat: Ask[];
  users: "claimed" | "signed";
}
/** What a widget is that nothing was said of (docs/webchat.md). */
const USUAL: Widget = { title: null, greeting: null, away: null, color: null, position: "right", languages: ["es", "pt", "en"], pre_chat: [], users: "claimed" };
export const USUAL_COLOUR = "#0f6b5c";
const MOST = 10;

const FIELDS = ["title", "greeting", "away", "color", "position", "languages", "pre_chat", "users"].map((f) => `widget/${f}`);

export function WidgetSettings(props: { channel: Channel }) {
  // What this form does not show (the hours) is kept as it is.
  const [values, setValues] = createStore<Widget>({ ...USUAL, ...(structuredClone(unwrap(props.channel.settings).widget ?? {}) as Partial<Widget>) });
  const form = createSubmit();
  const save = () =>
    form.run(async () => {
      const widget = { ...values, title: values.title?.trim() || null, greeting: values.greeting?.trim() || null, away: values.away?.trim() || null };
      await call(api.PATCH("/api/v1/channels/{id}", { params: { path: { id: props.channel.id } }, body: { widget } as never }));
      await refresh("channels");
      tell(t("channels.saved"));
    });
  // The first is what it speaks where the browser wants none of them.
  const first = (l: Locale) => setValues("languages", (all) => [l, ...all.filter((x) => x !== l)]);
  const speak = (l: Locale, on: boolean) => setValues("languages", (all) => (on ? [...all, l] : all.filter((x) => x !== l)));
  const ask = () => {
    const type = ASKS.find((a) => !values.pre_chat.some((p) => p.type === a)) ?? "text";
    setValues("pre_chat", values.pre_chat.length, { key: type === "text" ? "" : type, type, label: null, required: true });
  };
  const wrongOf = (i: number) => ["key", "label", "type"].map((f) => form.wrong(`widget/pre_chat/${i}/${f}`)).find(Boolean);
  return (
    <form
      class={css.card}
      aria-labelledby="widget"
      onSubmit={(e) => {
        e.preventDefault();
        void save();
      }}
    >
      <h2 id="widget">{t("channels.widget")}</h2>
      <FormError message={form.whole(...FIELDS, ...values.pre_chat.flatMap((_, i) => ["key", "label", "type"].map((f) => `widget/pre_chat/${i}/${f}`)))} />
      <div class={s.both}>
        <div class={css.form}>
          <TextField label={t("channels.widget_title")} hint={t("channels.widget_usual")} maxLength={60} error={form.wrong("widget/title")} value={values.title ?? ""} onInput={(e) => setValues("title", e.currentTarget.value)} />
          <TextArea label={t("channels.greeting")} hint={t("channels.greeting_hint")} rows={2} maxLength={500} error={form.wrong("widget/greeting")} value={values.greeting ?? ""} onInput={(e) => setValues("greeting", e.currentTarget.value)} />
          <div class={css.pair}>
            <TextField label={t("channels.color")} type="color" class={s.colour} error={form.wrong("widget/color")} value={values.color ?? USUAL_COLOUR} onInput={(e) => setValues("color", e.currentTarget.value)} />
            <SelectField label={t("channels.position")} error={form.wrong("widget/position")} onChange={(e) => setValues("position", e.currentTarget.value as Widget["position"])}>
              <For each={["right", "left"] as const}>{(p) => <option value={p} selected={p === values.position}>{t(`channels.position_${p}`)}</option>}</For>
            </SelectField>
          </div>
          <fieldset class={css.group}>
            <legend>{t("channels.languages")}</legend>
            <div class={s.row}>
              <For each={locales}>{(l) => <Checkbox label={localeNames[l]} checked={values.languages.includes(l)} disabled={values.languages.length === 1 && values.languages[0] === l} onChange={(e) => speak(l, e.currentTarget.checked)} />}</For>
            </div>
          </fieldset>
          <Show when={values.languages.length > 1}>
            <SelectField label={t("channels.first_language")} hint={t("channels.first_language_hint")} onChange={(e) => first(e.currentTarget.value as Locale)}>
              <For each={locales.filter((l) => values.languages.includes(l))}>{(l) => <option value={l} selected={l === values.languages[0]}>{localeNames[l]}</option>}</For>
            </SelectField>
          </Show>
          <fieldset class={css.group}>
            <legend>{t("channels.pre_chat")}</legend>
            <Show when={values.pre_chat.length === 0}>
              <p class="muted">{t("channels.pre_chat_none")}</p>
            </Show>
            <Index each={values.pre_chat}>
              {(p, i) => (
                <div class={s.ask} role="group" aria-label={t("channels.ask_number", { n: i + 1 })}>
                  <SelectField label={t("channels.ask_type")} onChange={(e) => setValues("pre_chat", i, (old) => ({ type: e.currentTarget.value as Ask["type"], key: old.key === old.type || !old.key ? (e.currentTarget.value === "text" ? "" : e.currentTarget.value) : old.key }))}>
                    <For each={ASKS}>{(a) => <option value={a} selected={a === p().type}>{t(`channels.ask_${a}`)}</option>}</For>
                  </SelectField>
                  <TextField label={t("channels.ask_label")} maxLength={60} placeholder={p().type === "text" ? "" : t(`channels.ask_${p().type}`)} value={p().label ?? ""} onInput={(e) => setValues("pre_chat", i, "label", e.currentTarget.value || null)} />
                  <TextField label={t("channels.ask_key")} required maxLength={60} pattern="[a-z0-9_]+" class={css.mono} error={wrongOf(i)} value={p().key} onInput={(e) => setValues("pre_chat", i, "key", e.currentTarget.value)} />
                  <div class={s.row}>
                    <Checkbox label={t("channels.ask_required")} checked={p().required} onChange={(e) => setValues("pre_chat", i, "required", e.currentTarget.checked)} />
                    <IconButton small label={`${t("channels.ask_remove")}: ${p().label ?? t(`channels.ask_${p().type}`)}`} onClick={() => setValues("pre_chat", (all) => all.filter((_, at) => at !== i))}>
                      <TrashIcon size={15} />
                    </IconButton>
                  </div>
                </div>
              )}
            </Index>
            <div class={css.buttons}>
              <Button small icon={<PlusIcon size={15} />} disabled={values.pre_chat.length >= MOST} onClick={ask}>
                {t("channels.ask_add")}
              </Button>
            </div>
          </fieldset>
          <Checkbox label={t("channels.signed")} hint={t("channels.signed_hint")} checked={values.users === "signed"} onChange={(e) => setValues("users", e.currentTarget.checked ? "signed" : "claimed")} />
        </div>
        <WidgetPreview widget={values} />
      </div>
      <div class={`${css.buttons} ${css.end}`}>
        <Button look="primary" type="submit" busy={form.busy()}>
          {t("common.save")}
        </Button>
      </div>
    </form>
  );
}
