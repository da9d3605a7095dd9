// Which conversations are listed: in the address, so that a link to it works and going back does.
import type { Conversation, View } from "../../api/contract";

export interface Filter {
  view: View;
  channel_id: string | undefined;
  pipeline_id: string | undefined;
  stage_id: string | undefined;
  tag_id: number | undefined;
  agent_id: string | undefined;
  blocked: boolean | undefined;
  q: string | undefined;
}

type Params = Record<string, string | string[] | undefined>;
const views: readonly View[] = ["all", "mine", "unassigned", "unread", "waiting"];
const text = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value) || undefined;

export function readFilter(params: Params): Filter {
  const view = text(params.view) as View | undefined;
  const tag = Number(text(params.tag_id));
  return {
    view: view && views.includes(view) ? view : "all",
    channel_id: text(params.channel_id),
    pipeline_id: text(params.pipeline_id),
    stage_id: text(params.stage_id),
    tag_id: Number.isInteger(tag) && tag > 0 ? tag : undefined,
    agent_id: text(params.agent_id),
    blocked: text(params.blocked) === "true" ? true : undefined,
    q: text(params.q),
  };
}

/** As query parameters of the server; the view is left out where all are wanted. */
export function filterQuery(filter: Filter): Record<string, string | number | boolean | undefined> {
  return { ...filter, view: filter.view === "all" ? undefined : filter.view };
}

/** How many filters narrow the list, besides view and search. */
export const narrowing = (f: Filter): number =>
  [f.channel_id, f.pipeline_id, f.stage_id, f.tag_id, f.agent_id, f.blocked].filter((x) => x !== undefined).length;

/**
 * Whether a conversation that changed belongs into the list. Null: only the server can say (a search over messages).
 * The same rules as the server's, so that a change shows at once.
 */
export function belongs(c: Conversation, f: Filter, me: string): boolean | null {
  if (f.channel_id && c.channel_id !== f.channel_id) return false;
  if (f.pipeline_id && c.open_ticket?.pipeline_id !== f.pipeline_id) return false;
  if (f.stage_id && c.open_ticket?.stage_id !== f.stage_id) return false;
  if (f.tag_id && !c.tag_ids.includes(f.tag_id)) return false;
  if (f.agent_id && !c.agent_ids.includes(f.agent_id)) return false;
  // Blocked contacts are in no list but their own.
  if (c.blocked !== (f.blocked ?? false)) return false;
  if (f.view === "mine" && !c.agent_ids.includes(me)) return false;
  if (f.view === "unassigned" && c.agent_ids.length > 0) return false;
  if (f.view === "unread" && c.unread === 0) return false;
  if (f.view === "waiting" && !c.waiting_since) return false;
  return f.q ? null : true;
}

/** The order of a view: who waits longest first where it is about waiting, else the newest activity. */
export const orderOf = (view: View): ((a: Conversation, b: Conversation) => number) => (view === "waiting" ? longestFirst : newerFirst);

function longestFirst(a: Conversation, b: Conversation): number {
  // The open one stays in its place when it has been answered.
  const [x, y] = [a.waiting_since ?? "", b.waiting_since ?? ""];
  return x === y ? (a.id < b.id ? -1 : a.id > b.id ? 1 : 0) : x < y ? -1 : 1;
}

/** Newest activity first; the id decides between two of the same instant, as on the server. */
export function newerFirst(a: Conversation, b: Conversation): number {
  if (a.last_activity_at !== b.last_activity_at) return a.last_activity_at < b.last_activity_at ? 1 : -1;
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}
