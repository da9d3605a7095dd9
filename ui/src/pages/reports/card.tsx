// One report: its figures of all together, its chart, its table for who wants it or cannot see the chart, its file.
import { For, Match, Show, Switch, createResource, createSignal } from "solid-js";
import { Problem } from "../../api/problem";
import { t } from "../../i18n";
import { epoch } from "../../live/stream";
import { Button } from "../../parts/button";
import css from "../../parts/form.module.css";
import { DownloadIcon } from "../../parts/icons";
import { Failed, Skeleton } from "../../parts/state";
import { Table, type Column } from "../../parts/table";
import { Bars, Lanes } from "./bars";
import { cellText, columnName } from "./cells";
import { csvHref, fetchReport, withGaps, type Cell, type Query, type Report } from "./data";
import s from "./reports.module.css";

const SERIES: Record<Report, string[]> = {
  waiting: ["waiting"],
  first_response: ["median_seconds"],
  resolution: ["median_seconds"],
  messages: ["inbound", "outbound", "failed"],
  funnel: ["reached"],
};
const ALSO: Partial<Record<Report, string[]>> = { funnel: ["conversion", "median_seconds_in_stage"], waiting: ["longest_seconds"] };

export function Card(props: { report: Report; query: Query }) {
  const [answer, { refetch }] = createResource(
    () => ({ report: props.report, query: { ...props.query }, epoch: epoch() }),
    async ({ report, query }) => {
      const found = await fetchReport(report, query);
      return report === "funnel" || report === "waiting" ? found : withGaps(found, query.from, query.to);
    },
  );
  const [table, setTable] = createSignal(false);
  const name = () => t(`reports.${props.report}`);
  const missing = () => answer.error instanceof Problem && answer.error.status === 404;
  const inTime = () => answer.latest?.columns[0] === "day" || answer.latest?.columns[0] === "hour";
  const nothing = () => (answer.latest?.rows ?? []).length === 0 || (answer.latest!.totals.slice(1).every((x) => !x) && props.report !== "funnel");
  return (
    <section class={css.card} aria-labelledby={`report-${props.report}`} data-report={props.report}>
      <header>
        <h2 id={`report-${props.report}`}>{name()}</h2>
        <a class={s.csv} href={csvHref(props.report, props.query)} download={`${props.report}.csv`} aria-label={t("reports.csv_of", { report: name() })}>
          <DownloadIcon size={15} /> {t("reports.csv")}
        </a>
      </header>
      <p class="muted">{t(`reports.about_${props.report}`)}</p>
      <Switch>
        <Match when={missing()}>
          <p class={s.nothing}>{t("reports.not_here")}</p>
        </Match>
        <Match when={answer.error}>
          <Failed error={answer.error} onRetry={refetch} />
        </Match>
        <Match when={!answer.latest}>
          <Skeleton lines={4} />
        </Match>
        <Match when={nothing()}>
          <p class={s.nothing}>{props.report === "waiting" ? t("reports.nobody_waits") : t("reports.nothing")}</p>
        </Match>
        <Match when={answer.latest}>
          {(a) => (
            <>
              <dl class={s.totals}>
                <For each={a().columns.slice(1)}>
                  {(c, i) => (
                    <Show when={a().totals[i() + 1] !== null && a().totals[i() + 1] !== undefined}>
                      <div>
                        <dt>{columnName(c)}</dt>
                        <dd>{cellText(c, a().totals[i() + 1])}</dd>
                      </div>
                    </Show>
                  )}
                </For>
              </dl>
              <Show when={inTime()} fallback={<Lanes answer={a()} series={{ columns: SERIES[props.report] }} also={ALSO[props.report]} />}>
                <Bars answer={a()} series={{ columns: SERIES[props.report] }} label={name()} />
              </Show>
              <Show when={a().cut}>
                <p class="muted">{t("reports.cut")}</p>
              </Show>
              <div class={css.buttons}>
                <Button small look="quiet" aria-expanded={table()} onClick={() => setTable(!table())}>
                  {table() ? t("reports.hide_table") : t("reports.show_table")}
                </Button>
              </div>
              <Show when={table()}>
                <Table label={name()} rows={a().rows} columns={a().columns.map((c, i): Column<Cell[]> => ({ head: columnName(c), number: i > 0 && c !== "outcome", cell: (row) => cellText(c, row[i]) }))} />
              </Show>
            </>
          )}
        </Match>
      </Switch>
    </section>
  );
}
