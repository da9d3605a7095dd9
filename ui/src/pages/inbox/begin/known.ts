// Who has a number already, and how the server reads it.
import { api, call, json } from "../../../api/client";
import type { Conversation } from "../../../api/contract";
import { Problem } from "../../../api/problem";
import type { Channel } from "../../../api/types";

/** Somebody who has the number. Whoever was never written to, and has no ticket, has no conversation yet. */
export interface Known {
  id: string;
  name?: string | null | undefined;
  phone?: string | null | undefined;
  channel_id: string;
  conversation: Conversation | undefined;
}

export interface Looked {
  /** E.164; undefined where it is none that a country has. */
  number: string | undefined;
  /** On the channel that was asked for. */
  here: Known | undefined;
  /** Whose conversation goes by another channel. */
  elsewhere: Known | undefined;
}

/** Of so many who have the number as a second one it is asked whether they do. */
const ASKED = 5;

/** Whether the server could take it for a phone: what it says of the others, it says when it is given them. */
export const isPhoneLike = (text: string): boolean => /^\+?[\d\s().-]+$/.test(text.trim()) && text.replace(/\D/g, "").length >= 6;

/** What is known of a phone as somebody typed it, read as of the channel's country, as sending reads it. Writes nothing. */
export async function look(text: string, channel: Channel, signal?: AbortSignal): Promise<Looked> {
  const number = isPhoneLike(text) ? await read(text.trim(), channel.country, signal) : undefined;
  if (!number) return { number, here: undefined, elsewhere: undefined };
  const page = await call(api.GET("/api/v1/contacts", { params: { query: { q: number, limit: 50 } }, signal }));
  const shown = page.data.filter((c) => c.phone === number);
  const here = shown.find((c) => c.channel_id === channel.id) ?? (await second(page.data.filter((c) => c.channel_id === channel.id), number, signal));
  const elsewhere = here ? undefined : shown[0];
  const [a, b] = await Promise.all([here && withConversation(here, signal), elsewhere && withConversation(elsewhere, signal)]);
  return { number, here: a, elsewhere: b?.conversation && b };
}

async function read(text: string, country: string, signal?: AbortSignal): Promise<string | undefined> {
  const body = { data: { phone: text }, definitions: [], country };
  const { placements } = await call(api.POST("/api/v1/structuring/preview", { body, signal }));
  const value = placements.find((p) => p.target === "phone")?.value;
  return typeof value === "string" ? value : undefined;
}

type Row = Omit<Known, "conversation">;

/** Whom the channel knows by the number although another one is shown: after a merge. */
async function second(rows: Row[], number: string, signal?: AbortSignal): Promise<Row | undefined> {
  for (const row of rows.slice(0, ASKED)) {
    const { identifiers } = await call(api.GET("/api/v1/contacts/{id}/identity", { params: { path: { id: row.id } }, signal }));
    if (identifiers.some((i) => i.kind === "phone" && i.value === number && i.channel_id === row.channel_id)) return row;
  }
  return undefined;
}

async function withConversation(row: Row, signal?: AbortSignal): Promise<Known> {
  const { id, name, phone, channel_id } = row;
  try {
    return { id, name, phone, channel_id, conversation: await json<Conversation>("GET", `/conversations/${id}`, { signal }) };
  } catch (problem) {
    if (problem instanceof Problem && problem.status === 404) return { id, name, phone, channel_id, conversation: undefined };
    throw problem;
  }
}
