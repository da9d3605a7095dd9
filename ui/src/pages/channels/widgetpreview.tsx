// The web chat as a visitor will see it, drawn from what stands in the form: what is greeted with, then what is asked, then a
// conversation. Nothing in it can be pressed.
import { For, Show } from "solid-js";
import { t } from "../../i18n";
import { MessageIcon, SendIcon } from "../../parts/icons";
import { USUAL_COLOUR, type Widget } from "./widget";
import { readableOn } from "./colour";
import s from "./widget.module.css";

export function WidgetPreview(props: { widget: Widget }) {
  const w = () => props.widget;
  const colour = () => w().color ?? USUAL_COLOUR;
  const painted = () => ({ "background-color": colour(), color: readableOn(colour()) });
  return (
    <figure class={s.preview} data-side={w().position}>
      <figcaption class="muted">{t("channels.preview")}</figcaption>
      <div class={s.panel}>
        <div class={s.head} style={painted()}>
          {w().title?.trim() || t("channels.preview_title")}
        </div>
        <div class={s.log}>
          <p class={s.team}>{w().greeting?.trim() || t("channels.preview_greeting")}</p>
          <Show when={w().pre_chat.length > 0} fallback={<p class={s.visitor} style={painted()}>{t("channels.preview_visitor")}</p>}>
            <ul class={s.asks}>
              <For each={w().pre_chat}>
                {(p) => (
                  <li>
                    {p.label?.trim() || t(`channels.ask_${p.type}`)}
                    {p.required ? " *" : ""}
                    <span />
                  </li>
                )}
              </For>
            </ul>
          </Show>
        </div>
        <div class={s.write}>
          <span>{t("channels.preview_write")}</span>
          <SendIcon size={16} />
        </div>
      </div>
      <div class={s.launcher} style={painted()} aria-hidden="true">
        <MessageIcon size={24} />
      </div>
    </figure>
  );
}
