import { describe, expect, it } from "vitest";
import type { Message } from "../../../api/types";
import { place, rows, type Entry } from "./entry";

const message = (id: string, at: string, more: Partial<Message> = {}): Entry => ({
  key: id,
  at,
  message: {
    id,
    sent_at: at,
    created_at: at,
    direction: "inbound",
    type: "text",
    body: id,
    status: "received",
    actor: { type: "contact", id: null },
    attachments: [],
    reactions: [],
    channel_id: "c",
    contact_id: "p",
    ...more,
  },
});
const keys = (list: readonly { key: string }[]) => list.map((e) => e.key);

describe("placing entries", () => {
  it("orders by time, also what arrives late", () => {
    let list: Entry[] = [];
    for (const at of ["10:00", "10:02", "10:01"]) list = place(list, message(at, `2026-01-05T${at}:00.000Z`));
    expect(keys(list)).toEqual(["10:00", "10:01", "10:02"]);
  });

  it("takes the same message twice as one, with its latest state", () => {
    const at = "2026-01-05T10:00:00.000Z";
    const list = place(place([], message("a", at, { status: "sent" })), message("a", at, { status: "read" }));
    expect(list.map((e) => e.message?.status)).toEqual(["read"]);
  });

  it("makes one of a message that the server took and whose answer was lost", () => {
    const at = "2026-01-05T10:00:00.000Z";
    const failed: Entry = { ...message("local", at, { direction: "outbound" }), sending: "failed" };
    const both = place(place([], failed), message("taken", at, { direction: "outbound" }));
    expect(both).toHaveLength(2);
    const one = place(both, { ...message("taken", at, { direction: "outbound" }), key: "local" });
    expect(one.map((e) => [e.key, e.message?.id, e.sending])).toEqual([["local", "taken", undefined]]);
  });

  it("keeps the key of what was written here when the server names it", () => {
    const draft: Entry = { ...message("local", "2026-01-05T10:00:00.000Z"), sending: "sending" };
    const taken = { ...message("m1", "2026-01-05T10:00:01.000Z"), key: "local" };
    const list = place(place([draft], taken), message("m1", "2026-01-05T10:00:01.000Z", { status: "sent" }));
    expect(list.map((e) => [e.key, e.message?.id, e.message?.status, e.sending])).toEqual([["local", "m1", "sent", undefined]]);
  });

  it("leaves what is on its way at the end, whatever the clocks say", () => {
    const mine: Entry = { ...message("mine", "2026-01-05T09:00:00.000Z"), sending: "sending" };
    expect(keys(place([mine], message("theirs", "2026-01-05T10:00:00.000Z")))).toEqual(["theirs", "mine"]);
  });
});

describe("rows", () => {
  const marks = (list: ReturnType<typeof rows>) =>
    list.map((r) => [r.key, r.day && "day", r.unread && "unread", r.first && "first", r.last && "last"].filter(Boolean).join(" "));

  it("begins days, and groups what one side says in a row", () => {
    const list = rows(
      [
        message("a", "2026-01-05T12:00:00.000Z"),
        message("b", "2026-01-05T12:01:00.000Z"),
        message("c", "2026-01-05T12:30:00.000Z"),
        message("d", "2026-01-07T12:00:00.000Z", { direction: "outbound" }),
      ],
      null,
    );
    expect(marks(list)).toEqual(["a day first", "b last", "c first last", "d day first last"]);
  });

  it("marks where the unread begin, and leaves out events that say nothing here", () => {
    const noise: Entry = { key: "e", at: "2026-01-05T12:00:30.000Z", event: { topic: "contact.updated" } as never };
    const list = rows([message("a", "2026-01-05T12:00:00.000Z"), noise, message("b", "2026-01-05T12:01:00.000Z")], "b");
    expect(marks(list)).toEqual(["a day first last", "b unread first last"]);
  });
});
