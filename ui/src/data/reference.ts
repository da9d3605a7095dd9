// What every screen names things by: members, channels, pipelines, tags, fields, canned replies. Small, loaded once,
// loaded again when somebody changes the set-up.
import { createMemo, createRoot } from "solid-js";
import { createStore, reconcile } from "solid-js/store";
import { api, call, json } from "../api/client";
import type { CannedReply, Page } from "../api/contract";
import { Problem } from "../api/problem";
import { t } from "../i18n";
import type { ArchivedStage, Channel, CustomField, Member, Pipeline, Stage, Tag } from "../api/types";
import { onEvents, onMoment } from "../live/stream";
import { arePresent, followPresence } from "./presence";

interface Reference {
  members: Member[];
  channels: Channel[];
  pipelines: Pipeline[];
  /** Stages out of sight that have open tickets still. */
  archived: ArchivedStage[];
  tags: Tag[];
  fields: CustomField[];
  canned: CannedReply[];
  ready: boolean;
}

const [reference, setReference] = createStore<Reference>({
  members: [],
  channels: [],
  pipelines: [],
  archived: [],
  tags: [],
  fields: [],
  canned: [],
  ready: false,
});
export { reference };

const loaders = {
  members: () => pages((cursor) => call(api.GET("/api/v1/members", { params: { query: { cursor, limit: 200 } } }))),
  channels: () => pages((cursor) => call(api.GET("/api/v1/channels", { params: { query: { cursor, limit: 200 } } }))),
  pipelines: () => pages((cursor) => call(api.GET("/api/v1/pipelines", { params: { query: { cursor, limit: 200 } } }))),
  archived: async () => (await call(api.GET("/api/v1/archived_stages"))).data,
  tags: () => pages((cursor) => call(api.GET("/api/v1/tags", { params: { query: { cursor, limit: 200 } } }))),
  fields: () => pages((cursor) => call(api.GET("/api/v1/custom_fields", { params: { query: { cursor, limit: 200 } } }))),
  canned: () => pages((cursor) => json<Page<CannedReply>>("GET", "/canned_replies", { query: { cursor, limit: 200 } })),
};
type Kind = keyof typeof loaders;

/** All pages of a short list. */
async function pages<T>(page: (cursor: string | undefined) => Promise<{ data: T[]; next_cursor?: string | null }>): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | undefined;
  do {
    const answer = await page(cursor);
    rows.push(...answer.data);
    cursor = answer.next_cursor ?? undefined;
  } while (cursor);
  return rows;
}

export async function refresh(kind: Kind): Promise<void> {
  try {
    const rows = await loaders[kind]();
    setReference(kind, reconcile(rows as never, { key: "id" }));
    if (kind === "members") arePresent((rows as Member[]).filter((m) => m.present).map((m) => m.id));
  } catch (error) {
    // Not for this member's role: the screen does without.
    if (!(error instanceof Problem && (error.status === 403 || error.status === 404))) throw error;
  }
}

export async function loadReference(): Promise<void> {
  await Promise.all((Object.keys(loaders) as Kind[]).map(refresh));
  setReference("ready", true);
}

/** Nobody is signed in any more: whoever comes next sees nothing of it. */
export function forgetReference(): void {
  setReference({ members: [], channels: [], pipelines: [], archived: [], tags: [], fields: [], canned: [], ready: false });
}

/** Keeps it current; returns what stops that. */
export function followReference(): () => void {
  const waiting = new Set<Kind>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = (kinds: Kind[]) => {
    for (const kind of kinds) waiting.add(kind);
    timer ??= setTimeout(() => {
      timer = undefined;
      const now = [...waiting];
      waiting.clear();
      for (const kind of now) refresh(kind).catch(() => later([kind]));
    }, 300);
  };
  const kindsOf: Record<string, Kind> = {
    member: "members",
    channel: "channels",
    pipeline: "pipelines",
    stage: "pipelines",
    tag: "tags",
    custom_field: "fields",
    canned_reply: "canned",
  };
  const offs = [
    onEvents(["setup.changed"], (event) => {
      const data = event.data as Record<string, unknown>;
      const named = [data.noun, data.kind, data.thing, data.type].map((k) => kindsOf[String(k)]).find(Boolean);
      later(named === "pipelines" ? [named, "archived"] : named ? [named] : (Object.keys(loaders) as Kind[]));
    }),
    followPresence(),
    onEvents(["channel.status"], () => later(["channels"])),
    onMoment("presence", ({ member_id, availability }) => setReference("members", (m) => m.id === member_id, "availability", availability)),
  ];
  return () => {
    clearTimeout(timer);
    for (const off of offs) off();
  };
}

// Asked for in each row of each list.
const byId = createRoot(() => {
  const index = <T extends { id: string | number }>(all: () => readonly T[]) => createMemo(() => new Map(all().map((x) => [x.id, x])));
  return { members: index(() => reference.members), channels: index(() => reference.channels), tags: index(() => reference.tags) };
});
export const memberById = (id: string | null | undefined): Member | undefined => (id ? byId.members().get(id) : undefined);
export const channelById = (id: string | null | undefined): Channel | undefined => (id ? byId.channels().get(id) : undefined);
export const tagById = (id: number): Tag | undefined => byId.tags().get(id);
export const pipelineById = (id: string | null | undefined): Pipeline | undefined => reference.pipelines.find((p) => p.id === id);
export function stageById(id: string | null | undefined): Stage | undefined {
  for (const p of reference.pipelines) {
    const found = p.stages.find((s) => s.id === id);
    if (found) return found;
  }
  return undefined;
}

/** For a ticket's place: also of a stage that was put out of sight. */
export function stageName(id: string | null | undefined): string {
  return stageById(id)?.name ?? reference.archived.find((s) => s.id === id)?.name ?? (id ? t("common.archived_stage") : "–");
}

// `unchecked` and `attention` send.
const SENDS = new Set(["ready", "connected", "unchecked", "attention"]);
/** Nothing goes out by it for now; what is sent waits. */
export const isStopped = (c: Channel): boolean => !SENDS.has(c.status);
