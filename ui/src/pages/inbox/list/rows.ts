// Conversations by id, however many. Those that something looks at are stores, field by field, for as long as it looks; the
// others stay as they came: a store of each of a hundred thousand is what the collector would have to walk through.
import { getListener, onCleanup } from "solid-js";
import { createStore, reconcile, type SetStoreFunction } from "solid-js/store";
import type { Conversation } from "../../../api/contract";

type Row = { row: Conversation | undefined };
type Looked = { state: Row; set: SetStoreFunction<Row>; times: number };

export type Rows = ReturnType<typeof createRows>;

export function createRows() {
  const rows = new Map<string, Conversation>();
  const looked = new Map<string, Looked>();

  /** What is known of one now. Does not tell of changes. */
  const peek = (id: string): Conversation | undefined => rows.get(id);

  /** One, and from then on each change of it, as fine as what is read of it. */
  function get(id: string): Conversation | undefined {
    if (!getListener()) return looked.get(id)?.state.row ?? peek(id);
    let one = looked.get(id);
    if (!one) {
      // A copy: what a store keeps of its fields hangs on the object, and is to go when nobody looks any more.
      const [state, set] = createStore<Row>({ row: structuredClone(peek(id)) });
      one = { state, set, times: 0 };
      looked.set(id, one);
    }
    const mine = one;
    mine.times += 1;
    // Who looks anew looks away first: it is let go of once that is over.
    onCleanup(() => {
      mine.times -= 1;
      if (mine.times === 0) queueMicrotask(() => mine.times === 0 && looked.get(id) === mine && looked.delete(id));
    });
    return mine.state.row;
  }

  function put(row: Conversation): void {
    rows.set(row.id, row);
    const one = looked.get(row.id);
    one?.set("row", one.state.row ? reconcile(structuredClone(row)) : structuredClone(row));
  }

  function drop(id: string): void {
    rows.delete(id);
    looked.get(id)?.set("row", undefined);
  }

  /** Changes some of what is known of one. */
  function change(id: string, part: Partial<Conversation>): void {
    const row = peek(id);
    if (row) put({ ...row, ...part });
  }

  return { peek, get, put, drop, change };
}
