// After the first run: the choice of how to begin.
import { A } from "@solidjs/router";
import { t } from "../i18n";
import { ChannelsIcon, PhoneIcon } from "../parts/icons";
import { me } from "../session";
import s from "./account/door.module.css";

export default function Welcome() {
  return (
    <div class={s.center}>
      <div>
        <h1>{t("account.first_title", { name: me().first_name || me().name })}</h1>
        <p>{t("account.first_text")}</p>
        <div class={s.choices}>
          <A href="/playground" class={s.choice}>
            <PhoneIcon size={26} />
            <strong>{t("account.first_playground")}</strong>
            <span>{t("account.first_playground_text")}</span>
          </A>
          <A href="/channels" class={s.choice}>
            <ChannelsIcon size={26} />
            <strong>{t("account.first_channel")}</strong>
            <span>{t("account.first_channel_text")}</span>
          </A>
        </div>
      </div>
    </div>
  );
}
