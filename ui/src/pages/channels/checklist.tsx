// What is to be done on Meta's side for a Cloud API channel, in order.
import { For, Show } from "solid-js";
import { t } from "../../i18n";
import css from "../../parts/form.module.css";
import { Copyable } from "../../parts/secret";
import s from "./channels.module.css";

const STEPS = ["app", "number", "webhook", "fields", "test"] as const;

export function Checklist(props: { channel?: string }) {
  return (
    <section class={css.card} aria-labelledby="checklist">
      <h2 id="checklist">{t("channels.checklist")}</h2>
      <ol class={s.steps}>
        <For each={STEPS}>
          {(step) => (
            <li>
              {t(`channels.step_${step}`)}
              <Show when={step === "webhook"}>
                <Show when={props.channel} fallback={<p class="muted">{t("channels.callback_after")}</p>}>
                  <Copyable label={t("channels.callback")} text={`${window.location.origin}/hooks/whatsapp/${props.channel}`} />
                  <Show when={window.location.protocol !== "https:"}>
                    <p class="muted">{t("channels.callback_https")}</p>
                  </Show>
                </Show>
              </Show>
            </li>
          )}
        </For>
      </ol>
    </section>
  );
}
