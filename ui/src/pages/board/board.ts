// What the board shows: the tickets of each stage, kept current by the stream. A move is shown at once and taken back
// where the server refuses it.
import { batch, createEffect, createMemo, createSignal, on, onCleanup, untrack, type Accessor } from "solid-js";
import { createStore, produce } from "solid-js/store";
import { api, call } from "../../api/client";
import { Problem } from "../../api/problem";
import type { Stage, Ticket } from "../../api/types";
import { stageById } from "../../data/reference";
import { t } from "../../i18n";
import { epoch, onEvents } from "../../live/stream";
import { tellError } from "../../parts/toast";
import { each } from "../inbox/list/plan";

/** A column; `archived`: out of sight everywhere else, with open tickets still, and none may be put there. */
export type Place = Pick<Stage, "id" | "name" | "outcome"> & { archived?: boolean };

export interface Person {
  id: string;
  name: string | null;
  phone: string | null;
}

interface Column {
  loading: boolean;
  error: unknown;
  /** Where there are more tickets than were fetched. */
  next: string | null;
}

// A column counts exactly up to here; beyond it says "1000+" and fetches on as somebody scrolls.
const PAGE = 200;
const EXACT = 1000;

// Pages of people that a search goes through, and of how many of them it asks for tickets that no column has fetched.
const THROUGH = 5;
const ASKED = 100;

/** Who the server finds for what is searched for. `cut`: there are more than were asked for. */
interface Search {
  ids: ReadonlySet<string>;
  busy: boolean;
  cut: boolean;
}
const NOBODY: Search = { ids: new Set(), busy: false, cut: false };

export function createBoard(stages: Accessor<readonly Place[]>, agent: Accessor<string | undefined>, words: Accessor<string>) {
  const [tickets, setTickets] = createStore<Record<string, Ticket>>({});
  const [columns, setColumns] = createStore<Record<string, Column>>({});
  const [people, setPeople] = createStore<Record<string, Person>>({});
  const [moving, setMoving] = createSignal<ReadonlySet<string>>(new Set());
  let round = 0;

  const belongs = (x: Ticket) => {
    const stage = stages().find((s) => s.id === x.stage_id);
    return stage !== undefined && (agent() === undefined || x.agent_id === agent()) && (stage.outcome === "open") === (x.status === "open");
  };
  // What came since the columns were last asked for: the rest of what is shown is from before.
  const since = new Set<string>();
  const put = (x: Ticket) => {
    since.add(x.id);
    setTickets(produce((all) => void (belongs(x) ? (all[x.id] = x) : delete all[x.id])));
  };
  const remember = (rows: Person[]) => setPeople(produce((all) => rows.forEach((p) => (all[p.id] = { id: p.id, name: p.name ?? null, phone: p.phone ?? null }))));

  async function page(stage: Place, mine: number, cursor: string | null): Promise<string | null> {
    const answer = await call(
      api.GET("/api/v1/tickets", {
        params: { query: { stage_id: stage.id, status: stage.outcome === "open" ? "open" : "closed", agent_id: agent(), limit: stage.outcome === "open" ? PAGE : 50, cursor: cursor ?? undefined } },
      }),
    );
    if (mine !== round) return null;
    batch(() => answer.data.forEach(put));
    return answer.next_cursor ?? null;
  }

  /** Names of who stands in a stage, in one go; who is missing is asked for when their card comes into sight. */
  async function names(stage: Place): Promise<void> {
    // The list of contacts knows no stage that is out of sight: each card asks.
    if (stage.archived) return;
    const answer = await call(api.GET("/api/v1/contacts", { params: { query: { stage_id: stage.id, limit: PAGE } } }));
    remember(answer.data as Person[]);
  }

  /** Cards of a column from before it was asked for anew: they stayed in sight, and are not there any more. */
  function forget(stage: Place): void {
    const gone = Object.values(untrack(() => ({ ...tickets }))).filter((x) => x.stage_id === stage.id && !since.has(x.id) && !untrack(moving).has(x.id));
    if (gone.length > 0) setTickets(produce((all) => gone.forEach((x) => delete all[x.id])));
  }

  async function load(stage: Place, mine: number): Promise<void> {
    setColumns(stage.id, { loading: true, error: undefined, next: null });
    try {
      const named = names(stage).catch(() => {});
      let cursor: string | null = null;
      let seen = 0;
      do {
        cursor = await page(stage, mine, cursor);
        seen += PAGE;
        await named;
        if (mine !== round) return;
        setColumns(stage.id, { loading: false, next: cursor });
      } while (cursor && seen < EXACT && stage.outcome === "open");
      forget(stage);
    } catch (error) {
      if (mine === round) setColumns(stage.id, { loading: false, error });
    }
  }

  const places = () => stages().map((s) => `${s.id}${s.outcome}`).join();
  createEffect(
    on([places, agent, epoch], ([now, whose], before) => {
      const mine = ++round;
      const all = untrack(stages);
      since.clear();
      // The line was gone for a while: what is shown stays until it is known what became of it.
      if (before?.[0] !== now || before?.[1] !== whose) setTickets(produce((old) => Object.keys(old).forEach((id) => delete old[id])));
      for (const stage of all) void load(stage, mine);
    }),
  );

  // A column has names of some, and of what is closed some of the cards: who is searched for is asked for.
  const [search, setSearch] = createSignal(NOBODY);
  async function find(q: string, signal: AbortSignal): Promise<void> {
    const ids = new Set<string>();
    let cursor: string | undefined;
    let cut = false;
    try {
      for (let n = 0; n === 0 || (cursor && n < THROUGH); n += 1) {
        const answer = await call(api.GET("/api/v1/contacts", { params: { query: { q, limit: PAGE, cursor } }, signal }));
        remember(answer.data as Person[]);
        for (const person of answer.data) ids.add(person.id);
        cursor = answer.next_cursor ?? undefined;
        setSearch({ ids: new Set(ids), busy: true, cut: false });
      }
      cut = Boolean(cursor);
      if (untrack(stages).some((s) => !columns[s.id] || columns[s.id]!.loading || columns[s.id]!.next)) {
        cut ||= ids.size > ASKED;
        const { done, refused } = await each([...ids].slice(0, ASKED), (contact_id) => call(api.GET("/api/v1/tickets", { params: { query: { contact_id, agent_id: agent(), limit: PAGE } }, signal })));
        if (signal.aborted) return;
        batch(() => done.forEach(([, page]) => page.data.forEach(put)));
        if (refused[0]) throw refused[0][1];
      }
    } catch (error) {
      if (signal.aborted) return;
      cut = true;
      tellError(error);
    }
    setSearch({ ids, busy: false, cut });
  }
  createEffect(
    on([words, places, agent, epoch], ([q]) => {
      if (!q.trim()) return void setSearch(NOBODY);
      const stop = new AbortController();
      setSearch({ ...NOBODY, busy: true });
      const timer = setTimeout(() => void find(q.trim(), stop.signal), 200);
      onCleanup(() => (clearTimeout(timer), stop.abort()));
    }),
  );

  // Events come in bursts; each ticket is asked for once.
  const changed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  const look = async (id: string) => {
    // Asked once it has come to an end: until then what is shown is what was wished for.
    if (untrack(moving).has(id)) return void changed.add(id);
    try {
      const ticket = await call(api.GET("/api/v1/tickets/{id}", { params: { path: { id } } }));
      put(ticket);
      // Whose card is not in sight is searched for all the same.
      if (words()) wantPerson(ticket.contact_id);
      failures = 0;
    } catch (error) {
      if (error instanceof Problem && error.status === 404) setTickets(produce((all) => void delete all[id]));
      else {
        // The event that told of it does not come twice.
        changed.add(id);
        soon(Math.min(1000 * 2 ** ++failures, 30_000));
      }
    }
  };
  const soon = (pause: number) =>
    (timer ??= setTimeout(() => {
      timer = undefined;
      const now = [...changed];
      changed.clear();
      now.forEach((one) => void look(one));
    }, pause));
  onCleanup(
    onEvents(["ticket.created", "ticket.updated", "ticket.closed", "stage.changed", "agent.assigned"], (event) => {
      const id = event.subject.ticket_id;
      if (typeof id !== "string") return;
      changed.add(id);
      soon(120);
    }),
  );
  onCleanup(
    onEvents(["contact.updated"], (event) => {
      const id = event.subject.contact_id;
      if (typeof id === "string" && id in people) void fetchPerson(id);
    }),
  );
  onCleanup(() => clearTimeout(timer));

  const asked = new Set<string>();
  async function fetchPerson(id: string): Promise<void> {
    const found = await call(api.GET("/api/v1/contacts/{id}", { params: { path: { id } } })).catch(() => undefined);
    if (found) remember([found as Person]);
  }

  function wantPerson(id: string): void {
    if (id in people || asked.has(id)) return;
    asked.add(id);
    void fetchPerson(id);
  }

  // By stage, who came last first: that is where a card that was just moved is looked for.
  const byStage = createMemo(() => {
    const map = new Map<string, Ticket[]>();
    for (const x of Object.values(tickets)) {
      const list = map.get(x.stage_id);
      if (list) list.push(x);
      else map.set(x.stage_id, [x]);
    }
    for (const list of map.values()) list.sort((a, b) => (a.stage_since < b.stage_since ? 1 : a.stage_since > b.stage_since ? -1 : a.id < b.id ? 1 : -1));
    return map;
  });

  const mark = (id: string, on_: boolean) =>
    setMoving((all) => {
      const next = new Set(all);
      if (on_) next.add(id);
      else next.delete(id);
      return next;
    });

  const under = new Map<string, Promise<void>>();
  async function moveOn(id: string, stage: string, closing?: { reason?: string }): Promise<void> {
    const now = tickets[id];
    if (!now) throw new Error(t("board.gone"));
    if (now.stage_id === stage) return;
    // A copy: the store's own is about to change.
    const before = { ...now };
    const target = stageById(stage);
    mark(id, true);
    setTickets(id, { stage_id: stage, stage_since: new Date().toISOString(), status: target?.outcome === "open" ? "open" : "closed" });
    try {
      if (before.status === "closed") {
        // At once where it goes: its own pipeline may be out of sight.
        const body = target?.outcome === "open" ? { stage_id: stage } : {};
        await call(api.POST("/api/v1/tickets/{id}/reopen", { params: { path: { id } }, body }));
      }
      const reason = closing?.reason?.trim();
      put(await call(api.POST("/api/v1/tickets/{id}/move", { params: { path: { id } }, body: { stage_id: stage, ...(reason ? { reason } : {}) } })));
    } catch (error) {
      setTickets(id, before);
      throw error;
    } finally {
      mark(id, false);
      if (changed.delete(id)) void look(id);
    }
  }

  return {
    tickets,
    people,
    column: (stage: string): Column => columns[stage] ?? { loading: true, error: undefined, next: null },
    inStage: (stage: string): readonly Ticket[] => byStage().get(stage) ?? [],
    isMoving: (id: string) => moving().has(id),
    /** Asks who stands on a card that came into sight. */
    wantPerson,
    /** What is known of who is searched for. */
    search,
    reload(stage: Place): void {
      void load(stage, round);
    },
    async more(stage: Place): Promise<void> {
      const at = columns[stage.id];
      if (!at?.next || at.loading) return;
      setColumns(stage.id, "loading", true);
      try {
        const next = await page(stage, round, at.next);
        setColumns(stage.id, { loading: false, next });
      } catch (error) {
        setColumns(stage.id, { loading: false, error });
      }
    },
    /** Shows the ticket in `stage` at once; throws, and shows it where it was, if the server says no. */
    async move(id: string, stage: string, closing?: { reason?: string }): Promise<void> {
      // One after the other: the second of two is meant to follow the first.
      while (under.has(id)) await under.get(id)!.catch(() => undefined);
      const running = moveOn(id, stage, closing).finally(() => under.delete(id));
      under.set(id, running);
      await running;
    },
    async assign(id: string, agent_id: string | null): Promise<void> {
      put(await call(api.POST("/api/v1/tickets/{id}/assign", { params: { path: { id } }, body: { agent_id } })));
    },
    put,
  };
}
export type Board = ReturnType<typeof createBoard>;
