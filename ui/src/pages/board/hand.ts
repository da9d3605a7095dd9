// A card in the hand: of a mouse or a finger, by pragmatic-drag-and-drop, or of the keyboard. Says aloud what happens.
import { draggable, dropTargetForElements, monitorForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { createSignal, onCleanup, onMount } from "solid-js";
import { t } from "../../i18n";
import type { Place } from "./board";

interface Held {
  id: string;
  from: string;
  over: string;
  by: "pointer" | "keys";
}

/** `stages` are those that a card may be put into, `known` all that one may come from. */
export function createHand(options: { stages: () => readonly Place[]; known: () => readonly Place[]; name: (id: string) => string; onDrop: (id: string, stage: string) => void }) {
  const [held, setHeld] = createSignal<Held | null>(null);
  const [said, setSaid] = createSignal("");
  const stageName = (id: string) => options.known().find((s) => s.id === id)?.name ?? "";

  onMount(() =>
    onCleanup(
      monitorForElements({
        canMonitor: ({ source }) => typeof source.data.ticket === "string",
        onDragStart: ({ source }) => {
          const from = String(source.data.stage);
          setHeld({ id: String(source.data.ticket), from, over: from, by: "pointer" });
        },
        onDropTargetChange: ({ location }) => {
          const over = location.current.dropTargets[0]?.data.stage;
          setHeld((h) => h && { ...h, over: typeof over === "string" ? over : h.from });
        },
        onDrop: ({ source, location }) => {
          const over = location.current.dropTargets[0]?.data.stage;
          setHeld(null);
          if (typeof over === "string" && over !== source.data.stage) options.onDrop(String(source.data.ticket), over);
        },
      }),
    ),
  );

  return {
    held,
    said,
    say: setSaid,
    /** Makes a card one that can be dragged. */
    card(element: HTMLElement, data: () => { ticket: string; stage: string }): void {
      onMount(() => onCleanup(draggable({ element, getInitialData: data })));
    },
    /** Makes a column a place to drop on. */
    column(element: HTMLElement, stage: () => string): void {
      onMount(() => onCleanup(dropTargetForElements({ element, getData: () => ({ stage: stage() }), canDrop: ({ source }) => typeof source.data.ticket === "string" })));
    },
    pick(id: string, stage: string): void {
      setHeld({ id, from: stage, over: stage, by: "keys" });
      setSaid(t("board.picked_up", { name: options.name(id), stage: stageName(stage) }));
    },
    shift(by: number): void {
      const h = held();
      if (!h) return;
      const ids = options.stages().map((s) => s.id);
      const at = Math.min(Math.max(ids.indexOf(h.over) + by, 0), ids.length - 1);
      setHeld({ ...h, over: ids[at]! });
      setSaid(t("board.over", { name: options.name(h.id), stage: stageName(ids[at]!), at: at + 1, of: ids.length }));
    },
    drop(): void {
      const h = held();
      setHeld(null);
      if (!h) return;
      if (h.over !== h.from) options.onDrop(h.id, h.over);
      else setSaid(t("board.left", { name: options.name(h.id), stage: stageName(h.from) }));
    },
    /** What is held is no more: somebody closed or removed it. */
    gone(name: string): void {
      setHeld(null);
      setSaid(t("board.hand_gone", { name }));
    },
    cancel(): void {
      const h = held();
      setHeld(null);
      if (h) setSaid(t("board.left", { name: options.name(h.id), stage: stageName(h.from) }));
    },
  };
}
export type Hand = ReturnType<typeof createHand>;
