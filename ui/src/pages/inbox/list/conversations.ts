// The conversations of a filter: pages as they are scrolled to, changed in place as things happen. One instance per inbox.
import { batch, createEffect, createSignal, on, onCleanup, type Accessor } from "solid-js";
import { json } from "../../../api/client";
import type { Conversation, Counts, Page } from "../../../api/contract";
import { Problem } from "../../../api/problem";
import { epoch, onEvents } from "../../../live/stream";
import { me } from "../../../session";
import { belongs, filterQuery, orderOf, type Filter } from "../filter";
import { createRows } from "./rows";

// The first page comes quickly; whoever scrolls on gets more at a time.
const PAGE = 50;
const NEXT = 100;
// So many who wait are put in order of how long; beyond that by activity, a page at a time.
const ALL_WAITING = 1000;
// Above this many changed at once, the first page is asked for instead of each of them.
const MANY = 12;

export type Conversations = ReturnType<typeof createConversations>;

/** `onMerged` is told when one turns out to be another one now. */
export function createConversations(filter: Accessor<Filter>, open: Accessor<string | undefined>, onMerged: (from: string, to: Conversation) => void) {
  const rows = createRows();
  const [order, setOrder] = createSignal<readonly string[]>([]);
  const [cursor, setCursor] = createSignal<string | null>(null);
  const [loading, setLoading] = createSignal(true);
  const [error, setError] = createSignal<unknown>();
  const [counts, setCounts] = createSignal<Counts>();
  let round = 0;
  const before = () => orderOf(filter().view);
  const waiting = () => filter().view === "waiting" && !filter().q;

  async function load(keep: boolean): Promise<void> {
    const mine = ++round;
    if (!keep) setLoading(true);
    setError(undefined);
    try {
      const page = await fetchPage(null);
      // The server lists by activity. Who has waited longest is on its last page.
      while (waiting() && page.next_cursor && page.data.length < ALL_WAITING && mine === round) {
        const next = await fetchPage(page.next_cursor);
        page.data.push(...next.data);
        page.next_cursor = next.next_cursor;
      }
      if (mine !== round) return;
      batch(() => {
        page.data.forEach(rows.put);
        if (!keep || waiting() || order().length <= PAGE) {
          setOrder((waiting() ? [...page.data].sort(before()) : page.data).map((c) => c.id));
          setCursor(page.next_cursor);
        } else mix(page.data.map((c) => c.id));
      });
    } catch (problem) {
      if (mine === round) setError(problem);
    } finally {
      if (mine === round) setLoading(false);
    }
  }

  let fetching = false;
  async function more(): Promise<void> {
    const from = cursor();
    if (!from || fetching) return;
    fetching = true;
    const mine = round;
    try {
      const page = await fetchPage(from);
      if (mine !== round) return;
      batch(() => {
        page.data.forEach(rows.put);
        const fresh = new Set(page.data.map((c) => c.id));
        for (const id of order()) fresh.delete(id);
        setOrder([...order(), ...fresh]);
        setCursor(page.next_cursor);
      });
    } catch (problem) {
      if (mine === round) setError(problem);
    } finally {
      fetching = false;
    }
  }

  const fetchPage = (from: string | null) =>
    json<Page<Conversation>>("GET", "/conversations", { query: { ...filterQuery(filter()), cursor: from, limit: from ? NEXT : PAGE } });

  /** Brings ids into the order where their activity puts them; an id that is there moves. */
  function mix(ids: string[]): void {
    const moved = new Set(ids);
    const rest = order().filter((id) => !moved.has(id));
    const last = rest.length > 0 ? rows.peek(rest[rest.length - 1]!) : undefined;
    for (const row of ids.map((id) => rows.peek(id)!).sort(before())) {
      // What is older than all that was loaded comes with its page.
      if (cursor() && last && before()(row, last) > 0) continue;
      let from = 0;
      for (let to = rest.length; from < to; ) {
        const middle = (from + to) >> 1;
        if (before()(row, rows.peek(rest[middle]!)!) < 0) to = middle;
        else from = middle + 1;
      }
      rest.splice(from, 0, row.id);
    }
    setOrder(rest);
  }

  /** Takes a conversation as the server just answered it. */
  function take(c: Conversation): void {
    batch(() => {
      rows.put(c);
      const there = order().includes(c.id);
      const fits = belongs(c, filter(), me().id);
      // The open one stays in sight, also when reading it took it out of "unread".
      if (fits === true || (there && (fits === null || c.id === open()))) mix([c.id]);
      else if (there) setOrder(order().filter((id) => id !== c.id));
    });
  }

  const changed = new Set<string>();
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Asks for a conversation again, soon and once. */
  function touch(id: string): void {
    changed.add(id);
    timer ??= setTimeout(settle, 60);
  }
  async function settle(): Promise<void> {
    const ids = [...changed];
    changed.clear();
    countSoon();
    try {
      if (ids.length > MANY) await load(true);
      else await Promise.all(ids.map(refetch));
    } finally {
      timer = changed.size > 0 ? setTimeout(settle, Math.min(400 * 2 ** failures, 30_000)) : undefined;
    }
  }
  async function refetch(id: string): Promise<void> {
    try {
      const answer = await json<Conversation>("GET", `/conversations/${id}`);
      failures = 0;
      take(answer);
      if (answer.id !== id && rows.peek(id)) {
        setOrder(order().filter((x) => x !== id));
        if (id === open()) onMerged(id, answer);
        else rows.drop(id);
      }
    } catch (problem) {
      if (problem instanceof Problem && problem.status === 404) {
        setOrder(order().filter((x) => x !== id));
        rows.drop(id);
      } else {
        // The event that told of it does not come twice.
        changed.add(id);
        failures += 1;
      }
    }
  }

  let countTimer: ReturnType<typeof setTimeout> | undefined;
  function countSoon(): void {
    countTimer ??= setTimeout(() => {
      countTimer = undefined;
      void count();
    }, 700);
  }
  async function count(): Promise<void> {
    const { view: _, q: __, ...rest } = filterQuery(filter());
    try {
      setCounts(await json<Counts>("GET", "/conversations/counts", { query: rest }));
    } catch {
      // Numbers on tabs are no reason to trouble anybody.
      return;
    }
  }

  createEffect(on(() => JSON.stringify(filterQuery(filter())), () => {
    setOrder([]);
    setCursor(null);
    void load(false);
  }));
  createEffect(on(() => JSON.stringify({ ...filter(), view: "", q: "" }), () => void count()));
  createEffect(on(epoch, () => {
    void load(true);
    countSoon();
  }, { defer: true }));
  onCleanup(
    onEvents(null, (event) => {
      const contact = event.subject.contact_id;
      if (typeof contact === "string") touch(contact);
      if (event.topic !== "contact.merged") return;
      void load(true);
      // It is told of the one who stayed, which may not be the one that is looked at.
      const shown = open();
      if (shown) touch(shown);
    }),
  );
  onCleanup(() => {
    clearTimeout(timer);
    clearTimeout(countTimer);
  });

  return {
    /** One by its id, if it is known. */
    of: rows.get,
    order,
    loading,
    error,
    counts,
    more,
    hasMore: () => cursor() !== null,
    reload: () => load(false),
    take,
    touch,
    /** Changes what is known of one, before the server says so. */
    assume: rows.change,
  };
}
