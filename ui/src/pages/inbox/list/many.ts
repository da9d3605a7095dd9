// What is done with many conversations at once and takes more than one call: handing over, closing. Fetched when it is wanted.
import { api, call } from "../../../api/client";
import type { Ticket } from "../../../api/types";
import { reference } from "../../../data/reference";
import { missingIn } from "../../board/missing";
import type { Outcome } from "../closeticket";
import type { Given } from "./bulk";
import { each, othersOf } from "./plan";

/** What the first load has already, handed over: a part that is fetched later would tear it apart by importing it. */
export interface Ways {
  bulk: (ids: readonly string[], action: Record<string, unknown>) => Promise<string[]>;
  failed: (count: number, why: unknown) => void;
  /** The stage where one ends. */
  end: (c: Given, outcome: Outcome) => string | undefined;
}

interface Done {
  done: string[];
  undo: () => Promise<unknown>;
}

/** Gives them to somebody instead of whoever has them; `also`: besides. As the choice above one conversation does. */
export async function give({ bulk }: Ways, all: readonly Given[], member_id: string, also: boolean): Promise<Done & { before: string[] }> {
  const done = await bulk(all.map((c) => c.id), { action: "assign", member_id });
  const given = all.filter((c) => done.includes(c.id));
  const before = also ? [] : othersOf(given, member_id);
  for (const [agent, ids] of before) await bulk(ids, { action: "unassign", member_id: agent });
  const undo = async () => {
    for (const [agent, ids] of before) await bulk(ids, { action: "assign", member_id: agent });
    const fresh = given.filter((c) => !c.agent_ids.includes(member_id)).map((c) => c.id);
    if (fresh.length > 0) await bulk(fresh, { action: "unassign", member_id });
  };
  return { done, before: before.map(([agent]) => agent), undo };
}

/** The open tickets of these as they stand; none are asked for where nothing must be filled in. */
export async function ticketsOf(all: readonly Given[]): Promise<Ticket[]> {
  if (!reference.fields.some((f) => f.entity === "ticket" && f.required)) return [];
  const ids = all.flatMap((c) => c.open_ticket?.id ?? []);
  const { done, refused } = await each(ids, (id) => call(api.GET("/api/v1/tickets/{id}", { params: { path: { id } } })));
  if (refused[0]) throw refused[0][1];
  return done.map(([, ticket]) => ticket);
}

/**
 * Each into the stage of its own pipeline that stands for how it ended, with what was filled in where it was missing; what has
 * no ticket says so. Throws, and closes none, where what was filled in is refused.
 */
export async function close({ bulk, failed, end }: Ways, all: readonly Given[], tickets: readonly Ticket[], outcome: Outcome, why: string, filled: Record<string, unknown>): Promise<Done> {
  const wanting = tickets.filter((x) => missingIn(x, reference.fields).length > 0);
  const { done: saved, refused } = await each(wanting, (x) => {
    const metadata = Object.fromEntries(missingIn(x, reference.fields).map((f) => [f.key, filled[f.key]]));
    return call(api.PATCH("/api/v1/tickets/{id}", { params: { path: { id: x.id } }, body: { metadata } }));
  });
  if (refused[0] && saved.length === 0) throw refused[0][1];
  if (refused[0]) failed(refused.length, refused[0][1]);
  const left = new Set(refused.map(([x]) => x.id));
  const groups = new Map<string | undefined, string[]>();
  for (const c of all) {
    if (c.open_ticket && left.has(c.open_ticket.id)) continue;
    const stage = end(c, outcome);
    groups.set(stage, [...(groups.get(stage) ?? []), c.id]);
  }
  const reason = why.trim() ? { reason: why.trim() } : {};
  const done: string[] = [];
  for (const [stage_id, ids] of groups) done.push(...(await bulk(ids, { ...(stage_id ? { action: "move", stage_id } : { action: "close", outcome }), ...reason })));
  const undo = async () => {
    const closed = all.flatMap((c) => (c.open_ticket && done.includes(c.id) ? c.open_ticket : []));
    const again = await each(closed, (x) => call(api.POST("/api/v1/tickets/{id}/reopen", { params: { path: { id: x.id } }, body: { stage_id: x.stage_id } })));
    if (again.refused[0]) throw again.refused[0][1];
  };
  return { done, undo };
}
