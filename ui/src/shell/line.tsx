import { Show, createEffect, createSignal, onCleanup } from "solid-js";
import { t } from "../i18n";
import { line } from "../live/stream";
import { OfflineIcon } from "../parts/icons";
import s from "./line.module.css";

/** Says that the line is lost, once it has been for two seconds: a hiccup is nobody's business. */
export function LineBanner() {
  const [shown, setShown] = createSignal(false);
  createEffect(() => {
    if (line() !== "lost") {
      if (line() === "open") setShown(false);
      return;
    }
    const timer = setTimeout(() => setShown(true), 2000);
    onCleanup(() => clearTimeout(timer));
  });
  return (
    <div role="status">
      <Show when={shown()}>
        <p class={s.banner}>
          <OfflineIcon size={16} />
          {t("common.line_lost")}
        </p>
      </Show>
    </div>
  );
}
