// One channel: how it does, its test, what belongs to its kind, its settings.
import { A, useNavigate } from "@solidjs/router";
import { Show, createSignal } from "solid-js";
import { api, call } from "../../api/client";
import type { Channel } from "../../api/types";
import { refresh } from "../../data/reference";
import { t } from "../../i18n";
import { phone } from "../../i18n/format";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/dialog";
import { FormError } from "../../parts/field";
import { createSubmit } from "../../parts/form";
import css from "../../parts/form.module.css";
import { Page } from "../../parts/page";
import { Copyable } from "../../parts/secret";
import { tell, tellError } from "../../parts/toast";
import { may } from "../../session";
import { Checklist } from "./checklist";
import { FIELDS, Fields, bodyOf, createValues } from "./form";
import { Status, type Kind } from "./kinds";
import { Test, type Check } from "./test";
import { Pairing } from "./pairing";
import { WidgetSettings } from "./widget";
import s from "./channels.module.css";

export function One(props: { channel: Channel }) {
  const c = () => props.channel;
  const type = () => c().type as Kind;
  /** What was tried here last, until something is changed. */
  const [tried, setTried] = createSignal<Check>();
  return (
    <Page title={c().name} actions={<Status status={c().status} />}>
      <p class="muted">
        <A href="/channels">{t("common.channels")}</A> › {[t(`channels.type_${type()}`), phone(c().phone_number)].filter(Boolean).join(" · ")} · <A href={`/inbox?channel_id=${c().id}`}>{t("channels.to_conversations")}</A>
      </p>
      <Show when={type() === "playground"}>
        <p class={css.card}>{t("channels.play_text")}</p>
      </Show>
      <div class={s.columns}>
        <div class={css.form}>
          <Show when={type() === "web-whatsapp"}>
            <Pairing status={c().status} />
          </Show>
          <Show when={type() === "webchat"}>
            <Snippet channel={c()} />
          </Show>
          <Test channel={c()} tried={tried()} onTried={setTried} />
          <Show when={may("setup:write")} fallback={<p class="muted">{t("channels.read_only")}</p>}>
            <Show when={type() === "webchat"}>
              <WidgetSettings channel={c()} />
            </Show>
            <Settings channel={c()} onSaved={() => setTried(undefined)} />
          </Show>
        </div>
        <Show when={type() === "whatsapp"}>
          <Checklist channel={c().id} />
        </Show>
      </div>
    </Page>
  );
}

function Snippet(props: { channel: Channel }) {
  const none = () => !Array.isArray(props.channel.settings.allowed_origins) || props.channel.settings.allowed_origins.length === 0;
  return (
    <section class={css.card} aria-labelledby="snippet">
      <h2 id="snippet">{t("channels.snippet")}</h2>
      <Copyable block label={t("channels.snippet")} text={`<script async src="${window.location.origin}/webchat.js" data-channel="${props.channel.id}"></script>`} />
      <Show when={none()}>
        <p class={s.problem}>{t("channels.snippet_origins")}</p>
      </Show>
    </section>
  );
}

function Settings(props: { channel: Channel; onSaved: () => void }) {
  const navigate = useNavigate();
  const kind = () => props.channel.type as Kind;
  const [values, setValues] = createValues(props.channel.type as Kind, props.channel);
  const [asking, setAsking] = createSignal(false);
  const form = createSubmit();
  const save = () =>
    form.run(async () => {
      await call(api.PATCH("/api/v1/channels/{id}", { params: { path: { id: props.channel.id } }, body: bodyOf(kind(), values) as never }));
      setValues({ access_token: "", app_secret: "", verify_token: "" });
      props.onSaved();
      await refresh("channels");
      tell(t("channels.saved"));
    });
  const archive = async () => {
    try {
      await call(api.DELETE("/api/v1/channels/{id}", { params: { path: { id: props.channel.id }, query: { archive: true } } }));
      tell(t("channels.archived"));
      navigate("/channels");
      await refresh("channels");
    } catch (error) {
      setAsking(false);
      tellError(error);
    }
  };
  return (
    <form
      class={css.card}
      aria-labelledby="settings"
      onSubmit={(e) => {
        e.preventDefault();
        void save();
      }}
    >
      <h2 id="settings">{t("channels.settings")}</h2>
      <FormError message={form.whole(...FIELDS)} />
      <Fields existing kept={props.channel.has_secrets} kind={kind()} values={values} set={(name, value) => setValues(name, value)} wrong={form.wrong} />
      <div class={`${css.buttons} ${s.between}`}>
        <Button look="quiet" onClick={() => setAsking(true)}>
          {t("channels.archive")}
        </Button>
        <Button look="primary" type="submit" busy={form.busy()}>
          {t("common.save")}
        </Button>
      </div>
      <Confirm open={asking()} danger title={t("channels.archive")} text={t("channels.archive_text", { name: props.channel.name })} confirm={t("channels.archive")} onConfirm={() => void archive()} onClose={() => setAsking(false)} />
    </form>
  );
}
