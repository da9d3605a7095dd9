import { For, type JSX } from "solid-js";
import s from "./table.module.css";

export interface Column<T> {
  /** Its head; also read aloud where `hideHead`. */
  head: string;
  hideHead?: boolean;
  number?: boolean;
  /** On one line. */
  whole?: boolean;
  /** Where cells stand below each other its head stands before it. */
  named?: boolean;
  cell: (row: T) => JSX.Element;
}

/** `stacks`: on a phone the cells of a row stand below each other, for what says by itself what it is. */
export function Table<T>(props: { label: string; columns: Column<T>[]; rows: readonly T[]; stacks?: boolean }) {
  return (
    <div class={s.frame} tabindex="0" role="region" aria-label={props.label}>
      <table class={s.table} classList={{ [s.stacks!]: props.stacks }}>
        <thead>
          <tr>
            <For each={props.columns}>
              {(c) => (
                <th scope="col" classList={{ [s.number!]: c.number }}>
                  {c.hideHead ? <span class="sr">{c.head}</span> : c.head}
                </th>
              )}
            </For>
          </tr>
        </thead>
        <tbody>
          <For each={props.rows}>
            {(row) => (
              <tr>
                <For each={props.columns}>{(c) => <td classList={{ [s.number!]: c.number, [s.whole!]: c.whole }} data-head={c.named ? c.head : undefined}>{c.cell(row)}</td>}</For>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </div>
  );
}
