import { describe, expect, it } from "vitest";
import type { Conversation } from "../../api/contract";
import { belongs, filterQuery, newerFirst, readFilter } from "./filter";

const conversation = (more: Partial<Conversation> = {}): Conversation => ({
  id: "a",
  name: null,
  phone: null,
  username: null,
  channel_id: "c1",
  platform: "whatsapp",
  customer_id: "p",
  last_message: null,
  last_activity_at: "2026-01-02T00:00:00.000Z",
  unread: 0,
  waiting_since: null,
  service_window_ends_at: null,
  agent_ids: [],
  tag_ids: [],
  open_ticket: null,
  blocked: false,
  opted_out_at: null,
  draft: null,
  ...more,
});

describe("the filter in the address", () => {
  it("takes what it knows and leaves the rest", () => {
    expect(readFilter({ view: "mine", tag_id: "4", stage_id: "", message: "m" })).toMatchObject({ view: "mine", tag_id: 4, stage_id: undefined });
    expect(readFilter({ view: "everything", tag_id: "x", blocked: "no" })).toMatchObject({ view: "all", tag_id: undefined, blocked: undefined });
  });

  it("says nothing of the view where all are wanted", () => {
    expect(filterQuery(readFilter({}))).toMatchObject({ view: undefined });
    expect(filterQuery(readFilter({ view: "waiting" }))).toMatchObject({ view: "waiting" });
  });
});

describe("whether a changed conversation stays in the list", () => {
  it.each([
    ["mine", { agent_ids: ["me"] }, true],
    ["mine", { agent_ids: ["you"] }, false],
    ["unassigned", {}, true],
    ["unassigned", { agent_ids: ["you"] }, false],
    ["unread", { unread: 2 }, true],
    ["unread", {}, false],
    ["waiting", { waiting_since: "2026-01-01T00:00:00.000Z" }, true],
    ["waiting", {}, false],
  ] as const)("%s", (view, more, expected) => {
    expect(belongs(conversation(more as Partial<Conversation>), readFilter({ view }), "me")).toBe(expected);
  });

  it("follows stage, tag and channel", () => {
    const ticket = { id: "t", pipeline_id: "p1", stage_id: "s1" };
    expect(belongs(conversation({ open_ticket: ticket }), readFilter({ stage_id: "s1" }), "me")).toBe(true);
    expect(belongs(conversation({ open_ticket: ticket }), readFilter({ stage_id: "s2" }), "me")).toBe(false);
    expect(belongs(conversation({ tag_ids: [4] }), readFilter({ tag_id: "4" }), "me")).toBe(true);
    expect(belongs(conversation(), readFilter({ channel_id: "c2" }), "me")).toBe(false);
  });

  it("has blocked contacts in no list but their own", () => {
    expect(belongs(conversation({ blocked: true }), readFilter({}), "me")).toBe(false);
    expect(belongs(conversation({ blocked: true }), readFilter({ blocked: "true" }), "me")).toBe(true);
    expect(belongs(conversation(), readFilter({ blocked: "true" }), "me")).toBe(false);
  });

  it("leaves a search to the server, unless something else says no", () => {
    expect(belongs(conversation(), readFilter({ q: "muela" }), "me")).toBeNull();
    expect(belongs(conversation(), readFilter({ q: "muela", view: "mine" }), "me")).toBe(false);
  });
});

it("orders by activity, then by id", () => {
  const late = conversation({ id: "b", last_activity_at: "2026-01-03T00:00:00.000Z" });
  const rows = [conversation({ id: "a" }), late, conversation({ id: "c" })].sort(newerFirst);
  expect(rows.map((r) => r.id)).toEqual(["b", "c", "a"]);
});
