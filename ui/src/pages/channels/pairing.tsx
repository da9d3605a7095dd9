// Where a WhatsApp Web number stands between waiting and connected, as the server says it.
import { For, Show } from "solid-js";
import { t } from "../../i18n";
import { CheckIcon } from "../../parts/icons";
import css from "../../parts/form.module.css";
import s from "./channels.module.css";

const STATES = ["waiting", "paired", "connected"] as const;

function stateOf(status: string): (typeof STATES)[number] | "logged_out" {
  if (status === "connected" || status === "ready") return "connected";
  if (status === "paired") return "paired";
  return status === "logged_out" || status === "disconnected" ? "logged_out" : "waiting";
}

export function Pairing(props: { status: string }) {
  const at = () => stateOf(props.status);
  const reached = (state: (typeof STATES)[number]) => at() !== "logged_out" && STATES.indexOf(state) <= STATES.indexOf(at() as "waiting");
  return (
    <section class={css.card} aria-labelledby="pairing">
      <h2 id="pairing">{t(`channels.web_${at()}_title`)}</h2>
      <ol class={s.states}>
        <For each={STATES}>
          {(state) => (
            <li aria-current={at() === state ? "step" : undefined} classList={{ [s.reached!]: reached(state) }}>
              <Show when={reached(state) && at() !== state}>
                <CheckIcon size={14} />
              </Show>
              {t(`channels.web_${state}_title`)}
            </li>
          )}
        </For>
      </ol>
      <p aria-live="polite">{t(`channels.web_${at()}`)}</p>
    </section>
  );
}
