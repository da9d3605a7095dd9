import { createEffect, createRoot, createSignal } from "solid-js";
import { expect, it } from "vitest";
import type { Conversation } from "../../../api/contract";
import { createRows } from "./rows";

const row = (id: string, more: Partial<Conversation> = {}) => ({ id, name: `Nombre ${id}`, unread: 0, tag_ids: [1], ...more }) as Conversation;
const turn = () => new Promise((done) => setTimeout(done, 0));

it("tells who looks at one of each change of what is read, and of nothing else", async () => {
  const rows = createRows();
  rows.put(row("a"));
  const seen: (number | undefined)[] = [];
  const stop = createRoot((dispose) => {
    createEffect(() => seen.push(rows.get("a")?.unread));
    return dispose;
  });
  await turn();
  rows.put(row("a", { unread: 2 }));
  rows.put(row("a", { unread: 2, name: "Otro nombre" }));
  rows.put(row("b", { unread: 9 }));
  rows.change("a", { draft: "hola" });
  rows.drop("a");
  rows.put(row("a", { unread: 5 }));
  expect(seen).toEqual([0, 2, undefined, 5]);
  stop();
});

it("knows what was put while nobody looked, and gives a store to who looks again", async () => {
  const rows = createRows();
  const [looking, look] = createSignal(true);
  const seen: (string | null | undefined)[] = [];
  const stop = createRoot((dispose) => {
    createEffect(() => looking() && seen.push(rows.get("a")?.name));
    return dispose;
  });
  await turn();
  rows.put(row("a", { name: "Ana" }));
  look(false);
  await turn();
  rows.put(row("a", { name: "Bea" }));
  look(true);
  await turn();
  rows.put(row("a", { name: "Eva" }));
  expect(seen).toEqual([undefined, "Ana", "Bea", "Eva"]);
  expect(rows.peek("a")?.name).toBe("Eva");
  stop();
});

it("keeps what the server said apart from what is looked at", async () => {
  const rows = createRows();
  const first = row("a", { tag_ids: [1, 2] });
  rows.put(first);
  const stop = createRoot((dispose) => {
    createEffect(() => rows.get("a")?.tag_ids.length);
    return dispose;
  });
  await turn();
  rows.put(row("a", { tag_ids: [3] }));
  expect(first.tag_ids).toEqual([1, 2]);
  expect(rows.peek("a")?.tag_ids).toEqual([3]);
  stop();
});
