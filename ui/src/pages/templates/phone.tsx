// The phone of the one who gets it.
import type { Template } from "../../api/types";
import { t } from "../../i18n";
import { TemplatePreview } from "../inbox/composer/templates";
import s from "./templates.module.css";

export function Phone(props: { components: unknown[]; examples: Record<string, string> }) {
  return (
    <section class={s.phoneColumn} aria-label={t("templates.preview")}>
      <h2 class={s.phoneTitle}>{t("templates.preview")}</h2>
      <div class={s.phone}>
        <div class={s.speaker} aria-hidden="true" />
        <div class={s.screen}>
          <TemplatePreview template={{ components: props.components as unknown as Template["components"] }} values={props.examples} />
        </div>
      </div>
    </section>
  );
}
