// Bars, standing for days and hours, lying for names. Drawn as SVG that the page's own colours paint; each bar says its
// figures when pointed at, and the table beside the chart has them all.
import { For, Show, createMemo, createSignal } from "solid-js";
import { axisText, cellText, columnName } from "./cells";
import type { Answer } from "./data";
import s from "./reports.module.css";

export interface Series {
  /** Names of columns of the answer. */
  columns: string[];
}

const HEIGHT = 180;
const FOOT = 22;

const TIMES = [60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400, 172_800, 432_000, 864_000, 1_728_000];

/** A round number at or above `most`, for the top of the axis: of seconds one that is round as time. */
export function top(most: number, seconds = false): number {
  if (most <= 0) return seconds ? 60 : 1;
  const time = seconds && TIMES.find((n) => n >= most);
  if (time) return time;
  const scale = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 2.5, 5, 10].map((n) => n * scale).find((n) => n >= most)!;
}

export function Bars(props: { answer: Answer; series: Series; label: string }) {
  const [width, setWidth] = createSignal(640);
  const observe = (el: HTMLElement) => {
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.max(240, entry.contentRect.width)));
    queueMicrotask(() => observer.observe(el));
  };
  const key = () => props.answer.columns[0]!;
  const main = () => props.series.columns[0]!;
  const at = (column: string) => props.answer.columns.indexOf(column);
  const value = (row: Answer["rows"][number], column: string) => Number(row[at(column)] ?? 0);
  const most = createMemo(() => top(Math.max(0, ...props.answer.rows.flatMap((row) => props.series.columns.map((c) => value(row, c)))), /seconds/.test(props.series.columns[0]!)));
  const step = () => width() / Math.max(1, props.answer.rows.length);
  const bar = () => Math.max(2, Math.min(26, (step() * 0.72) / props.series.columns.length));
  const y = (v: number) => (HEIGHT * v) / most();
  // As many words beneath as fit.
  const every = () => Math.max(1, Math.ceil(38 / step()));
  const words = (row: Answer["rows"][number]) => `${cellText(key(), row[0])}: ${props.series.columns.map((c) => `${columnName(c)} ${cellText(c, row[at(c)])}`).join(", ")}`;
  return (
    <figure class={s.figure} ref={observe}>
      <svg class={s.chart} viewBox={`0 0 ${width()} ${HEIGHT + FOOT + 12}`} role="img" aria-label={props.label}>
        <For each={[0, 0.5, 1]}>
          {(part) => (
            <>
              <line class={s.grid} x1="0" x2={width()} y1={12 + HEIGHT * (1 - part)} y2={12 + HEIGHT * (1 - part)} />
              <Show when={part > 0}>
                <text class={s.axis} x="0" y={8 + HEIGHT * (1 - part)}>
                  {cellText(main(), most() * part)}
                </text>
              </Show>
            </>
          )}
        </For>
        <For each={props.answer.rows}>
          {(row, i) => (
            <g class={s.group}>
              <title>{words(row)}</title>
              <rect class={s.catch} x={i() * step()} y="0" width={step()} height={HEIGHT + 12} />
              <For each={props.series.columns}>
                {(c, j) => (
                  <rect
                    class={s[`bar${j() % 3}`]}
                    x={i() * step() + step() / 2 - (bar() * props.series.columns.length) / 2 + j() * bar()}
                    y={12 + HEIGHT - y(value(row, c))}
                    width={Math.max(1, bar() - 1)}
                    height={y(value(row, c))}
                    rx={Math.min(3, bar() / 3)}
                  />
                )}
              </For>
              <Show when={i() % every() === 0}>
                <text class={s.tick} x={i() * step() + step() / 2} y={HEIGHT + FOOT + 6}>
                  {axisText(key(), row[0])}
                </text>
              </Show>
            </g>
          )}
        </For>
      </svg>
      <Show when={props.series.columns.length > 1}>
        <Legend columns={props.series.columns} />
      </Show>
    </figure>
  );
}

export function Legend(props: { columns: string[] }) {
  return (
    <ul class={s.legend}>
      <For each={props.columns}>
        {(c, j) => (
          <li>
            <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
              <rect class={s[`bar${j() % 3}`]} width="10" height="10" rx="2" />
            </svg>
            {columnName(c)}
          </li>
        )}
      </For>
    </ul>
  );
}

/** Lying bars: a name, a bar, its figures. */
export function Lanes(props: { answer: Answer; series: Series; also?: string[] }) {
  const at = (column: string) => props.answer.columns.indexOf(column);
  const most = createMemo(() => Math.max(1, ...props.answer.rows.flatMap((row) => props.series.columns.map((c) => Number(row[at(c)] ?? 0)))));
  return (
    <>
      <ul class={s.lanes}>
        <For each={props.answer.rows}>
          {(row) => (
            <li>
              <span class={s.laneName}>{cellText(props.answer.columns[0]!, row[0])}</span>
              <span class={s.laneBars}>
                <For each={props.series.columns}>
                  {(c, j) => (
                    <svg class={s.lane} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                      <rect class={s.track} width="100" height="10" />
                      <rect class={s[`bar${j() % 3}`]} width={(100 * Number(row[at(c)] ?? 0)) / most()} height="10" />
                    </svg>
                  )}
                </For>
              </span>
              <span class={s.laneText}>
                <strong>{props.series.columns.map((c) => cellText(c, row[at(c)])).join(" / ")}</strong>
                <For each={props.also ?? []}>{(c) => <span title={columnName(c)}>{cellText(c, row[at(c)])}</span>}</For>
              </span>
            </li>
          )}
        </For>
      </ul>
      <Show when={props.series.columns.length > 1}>
        <Legend columns={props.series.columns} />
      </Show>
    </>
  );
}
