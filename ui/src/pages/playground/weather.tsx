// What can go wrong between a business and its customers: late, twice, in any order, not at all.
import { Show, createResource } from "solid-js";
import { t } from "../../i18n";
import { Checkbox } from "../../parts/field";
import { Failed, Skeleton } from "../../parts/state";
import { tellError } from "../../parts/toast";
import s from "./playground.module.css";
import { type Knobs, knobsOf, turn } from "./world";

const DELIVERED_AFTER = 700;
const READ_AFTER = 2500;
/** Not reachable. */
const FAILS_WITH = 131026;

export function Weather(props: { channel: string }) {
  const [knobs, { mutate, refetch }] = createResource(() => props.channel, knobsOf);
  const set = (change: Partial<Knobs>) => turn(props.channel, change).then(mutate, tellError);
  const checked = (event: { currentTarget: HTMLInputElement }) => event.currentTarget.checked;
  return (
    <aside class={s.weather} aria-label={t("playground.weather")}>
      <h2>{t("playground.weather")}</h2>
      <Show when={!knobs.error} fallback={<Failed error={knobs.error} onRetry={refetch} />}>
        <Show when={knobs()} fallback={<Skeleton lines={5} />}>
          {(now) => (
            <>
              <Checkbox
                label={t("playground.delivers")}
                checked={now().delivered_after_ms !== null}
                onChange={(event) => void set({ delivered_after_ms: checked(event) ? DELIVERED_AFTER : null })}
              />
              <Checkbox
                label={t("playground.reads")}
                checked={now().read_after_ms !== null}
                onChange={(event) => void set({ read_after_ms: checked(event) ? READ_AFTER : null })}
              />
              <Checkbox
                label={t("playground.late")}
                hint={t("playground.late_hint")}
                checked={now().hold}
                onChange={(event) => void set({ hold: checked(event) })}
              />
              <Checkbox
                label={t("playground.twice")}
                checked={now().duplicates}
                onChange={(event) => void set({ duplicates: checked(event) })}
              />
              <Checkbox label={t("playground.shuffled")} checked={now().shuffle} onChange={(event) => void set({ shuffle: checked(event) })} />
              <Checkbox
                label={t("playground.fails")}
                checked={now().fail_with !== null}
                onChange={(event) => void set({ fail_with: checked(event) ? FAILS_WITH : null })}
              />
            </>
          )}
        </Show>
      </Show>
    </aside>
  );
}
