// A list whose order people choose: by dragging a row by its grip, or with the arrow keys on the grip.
import { draggable, dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { For, createSignal, onCleanup, onMount, type JSX } from "solid-js";
import { t } from "../i18n";
import { GripIcon } from "./icons";
import s from "./sortable.module.css";

interface Props<T> {
  label: string;
  rows: readonly T[];
  id: (row: T) => string;
  name: (row: T) => string;
  /** To its new place, counted from 0. */
  onMove: (row: T, to: number) => void;
  disabled?: boolean;
  children: (row: T) => JSX.Element;
}

export function Sortable<T>(props: Props<T>) {
  const group = Symbol();
  const [dragging, setDragging] = createSignal("");
  const [over, setOver] = createSignal("");
  const [said, setSaid] = createSignal("");
  const place = (id: string) => props.rows.findIndex((row) => props.id(row) === id);
  const move = (id: string, to: number) => {
    const row = props.rows[place(id)];
    if (!row || to < 0 || to >= props.rows.length || to === place(id)) return;
    setSaid(t("settings.order_said", { name: props.name(row), at: to + 1, of: props.rows.length }));
    props.onMove(row, to);
    requestAnimationFrame(() => document.getElementById(`grip-${id}`)?.focus());
  };
  return (
    <>
      <p class="sr" aria-live="assertive">
        {said()}
      </p>
      <ul class={s.list} aria-label={props.label}>
        <For each={props.rows}>
          {(row) => {
            const id = props.id(row);
            let element!: HTMLLIElement;
            let grip!: HTMLButtonElement;
            onMount(() => {
              if (props.disabled) return;
              onCleanup(draggable({ element, dragHandle: grip, getInitialData: () => ({ group, id }), onDragStart: () => setDragging(id), onDrop: () => setDragging("") }));
              onCleanup(
                dropTargetForElements({
                  element,
                  canDrop: ({ source }) => source.data.group === group,
                  onDragEnter: () => setOver(id),
                  onDragLeave: () => setOver(""),
                  onDrop: ({ source }) => {
                    setOver("");
                    move(String(source.data.id), place(id));
                  },
                }),
              );
            });
            return (
              <li ref={element} class={s.row} classList={{ [s.dragging!]: dragging() === id, [s.over!]: over() === id && dragging() !== id, [s.below!]: place(dragging()) < place(id) }}>
                <button
                  ref={grip}
                  id={`grip-${id}`}
                  type="button"
                  class={s.grip}
                  hidden={props.disabled}
                  aria-label={`${t("settings.order", { name: props.name(row) })}. ${t("settings.order_help")}`}
                  title={t("settings.order", { name: props.name(row) })}
                  onKeyDown={(e) => {
                    if (e.key !== "ArrowUp" && e.key !== "ArrowDown") return;
                    e.preventDefault();
                    move(id, place(id) + (e.key === "ArrowUp" ? -1 : 1));
                  }}
                >
                  <GripIcon size={16} />
                </button>
                {props.children(row)}
              </li>
            );
          }}
        </For>
      </ul>
    </>
  );
}
