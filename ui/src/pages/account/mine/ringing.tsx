import { For, Show, createSignal } from "solid-js";
import { reference } from "../../../data/reference";
import { t } from "../../../i18n";
import { Button } from "../../../parts/button";
import { Checkbox } from "../../../parts/field";
import { tellError } from "../../../parts/toast";
import { changeMe, me } from "../../../session";
import { Section } from "./section";
import s from "./mine.module.css";

/** What tells one of a new message. The browser has a word in it as well, and is asked here. */
export function Ringing() {
  const can = "Notification" in window;
  const [allowed, setAllowed] = createSignal(can ? Notification.permission : "denied");
  const set = (change: Partial<ReturnType<typeof me>["notifications"]>) => void changeMe({ notifications: change }).catch(tellError);
  const ask = () => void Notification.requestPermission().then(setAllowed);
  const mute = (id: string, muted: boolean) => {
    const now = me().notifications.muted_channels.filter((x) => x !== id);
    set({ muted_channels: muted ? [...now, id] : now });
  };
  return (
    <Section title={t("account.ringing")} text={t("account.ringing_text")}>
      <Checkbox label={t("account.sound")} checked={me().notifications.sound} onChange={(e) => set({ sound: e.currentTarget.checked })} />
      <Checkbox
        label={t("account.desktop")}
        hint={allowed() === "denied" ? t("account.desktop_denied") : undefined}
        disabled={!can}
        checked={me().notifications.desktop}
        onChange={(e) => {
          set({ desktop: e.currentTarget.checked });
          if (e.currentTarget.checked && allowed() === "default") ask();
        }}
      />
      <Show when={me().notifications.desktop && allowed() === "default"}>
        <Button onClick={ask}>{t("account.desktop_ask")}</Button>
      </Show>
      <Show when={reference.channels.length > 1}>
        <fieldset class={s.mutes}>
          <legend>{t("account.for_channels")}</legend>
          <For each={reference.channels}>
            {(c) => <Checkbox label={c.name} checked={!me().notifications.muted_channels.includes(c.id)} onChange={(e) => mute(c.id, !e.currentTarget.checked)} />}
          </For>
        </fieldset>
      </Show>
    </Section>
  );
}
