// Where a value came from, how sure, and the two things to do about it.
import { For, Show, createSignal } from "solid-js";
import { t, tx } from "../../../i18n";
import { dateTime, percent } from "../../../i18n/format";
import { Button } from "../../../parts/button";
import { PencilIcon, SparklesIcon, UndoIcon } from "../../../parts/icons";
import { Popover } from "../../../parts/popover";
import { tell, tellError } from "../../../parts/toast";
import type { Editing, Target } from "./profile";
import s from "./provenance.module.css";

export function Provenance(props: { target: Target; profile: Pick<Editing, "provenance" | "undo">; onCorrect: () => void }) {
  const found = () => props.profile.provenance(props.target);
  const [busy, setBusy] = createSignal(false);
  return (
    <Show when={found()}>
      {(p) => (
        <Popover
          label={t("profile.came_from", { percent: percent(p().confidence) })}
          iconOnly
          triggerClass={`${s.mark} ${p().confidence < 0.8 ? s.unsure : ""}`}
          trigger={
            <>
              <SparklesIcon size={12} />
              {percent(p().confidence)}
            </>
          }
          class={s.card}
          placement="bottom-end"
        >
          {(close) => (
            <div class={s.body}>
              <h3>{t("profile.read_by_structuring")}</h3>
              <dl>
                <dt>{t("profile.from_key")}</dt>
                <dd>
                  <For each={p().pointers}>{(x) => <code>{readable(x)}</code>}</For>
                </dd>
                <dt>{t("profile.source")}</dt>
                <dd>{p().source}</dd>
                <dt>{t("profile.method")}</dt>
                <dd>{tx("profile", `method_${p().method}`, p().method)}</dd>
                <dt>{t("profile.confidence")}</dt>
                <dd>
                  <meter min="0" max="1" low="0.6" high="0.85" optimum="1" value={p().confidence} /> {percent(p().confidence)}
                </dd>
                <dt>{t("profile.when")}</dt>
                <dd>{dateTime(p().at)}</dd>
                <Show when={p().replaced}>
                  {(r) => (
                    <>
                      <dt>{t("profile.replaced")}</dt>
                      <dd>{String(r().value ?? "–")}</dd>
                    </>
                  )}
                </Show>
              </dl>
              <div class={s.buttons}>
                <Button
                  small
                  icon={<PencilIcon size={14} />}
                  onClick={() => {
                    close();
                    props.onCorrect();
                  }}
                >
                  {t("profile.correct")}
                </Button>
                <Show when={p().undoable}>
                  <Button
                    small
                    icon={<UndoIcon size={14} />}
                    busy={busy()}
                    onClick={() => {
                      setBusy(true);
                      props.profile
                        .undo(props.target, p().structuring_id)
                        .then(() => (close(), tell(t("common.undone"))), tellError)
                        .finally(() => setBusy(false));
                    }}
                  >
                    {t("common.undo")}
                  </Button>
                </Show>
              </div>
            </div>
          )}
        </Popover>
      )}
    </Show>
  );
}

/** `/datos/Fecha de nacimiento` as a person reads it: datos › Fecha de nacimiento. */
export const readable = (pointer: string): string =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .join(" › ") || "/";
