// What is known of a contact, kept current, and how it is changed: each change carries the version that was seen, so that
// two who change the same are told.
import { createEffect, createResource, createSignal, on, onCleanup } from "solid-js";
import { api, call, callTagged } from "../../../api/client";
import type { Contact, StructuredValue } from "../../../api/types";
import { epoch, line, onEvents } from "../../../live/stream";
import { changeSeen, type Tagged } from "./tagged";

export type Target = { target: "name" | "email" | "phone" } | { target: "field"; key: string };

export const sameTarget = (v: Pick<StructuredValue, "target" | "key">, t: Target) =>
  v.target === t.target && (t.target !== "field" || v.key === t.key);

export interface Change {
  name?: string | null;
  phone?: string | null;
  email?: string | null;
  custom_fields?: Record<string, unknown>;
}

/** What stands in a contact where `body` would change it, as one comparable text. */
function touched(body: Change, c: Contact): string {
  const fields = Object.keys(body.custom_fields ?? {}).map((key) => c.custom_fields.find((f) => f.key === key)?.value ?? null);
  return JSON.stringify(["name" in body ? c.name : null, "email" in body ? c.email : null, "phone" in body ? c.phone : null, fields]);
}

/** A contact as it stood at some moment, and which version that was. */
export type Seen = Tagged<Contact> | undefined;

/** What a value that is edited in place wants to know of what it belongs to, and does with it. */
export interface Editing<S = unknown> {
  seen: () => S;
  change: (body: Change, from: S, overwrite?: boolean) => Promise<void>;
  correct: (target: Target, value: unknown) => Promise<void>;
  provenance: (target: Target) => ReturnType<Profile["provenance"]>;
  undo: (target: Target, structuring: string) => Promise<void>;
}

export type Profile = ReturnType<typeof createProfile>;

export function createProfile(contact: () => string) {
  const [version, setVersion] = createSignal(0);
  const again = () => setVersion((n) => n + 1);
  const source = () => ({ id: contact(), version: version(), epoch: epoch() });

  const [known, { mutate }] = createResource(source, ({ id }) => callTagged<Contact>(api.GET("/api/v1/contacts/{id}", { params: { path: { id } } })));
  const [values] = createResource(source, async ({ id }) => (await call(api.GET("/api/v1/contacts/{id}/structuring", { params: { path: { id } } }))).values);
  const [identity] = createResource(source, ({ id }) => call(api.GET("/api/v1/contacts/{id}/identity", { params: { path: { id } } })));
  const [tickets] = createResource(source, async ({ id }) => (await call(api.GET("/api/v1/tickets", { params: { query: { contact_id: id, limit: 20 } } }))).data);

  // What could not be read while the line was lost.
  createEffect(on(line, (now) => now === "open" && [known, values, identity, tickets].some((one) => one.error) && again(), { defer: true }));

  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  onCleanup(
    onEvents(["contact.updated", "contact.merged", "ticket.created", "ticket.updated", "ticket.closed", "stage.changed", "agent.assigned", "review.decided"], (event) => {
      if (event.subject.contact_id !== contact()) return;
      clearTimeout(timer);
      timer = setTimeout(again, 80);
    }),
  );

  /**
   * `from` is what was seen when the change was begun (`seen`). Throws a Problem; with status 412 somebody else has changed the same value, and theirs is here already. A change of
   * anything else in between (each message makes a new version) is no conflict: then it is tried again.
   */
  async function change(body: Change, from: Seen, overwrite = false): Promise<void> {
    const path = { id: contact() };
    await changeSeen(
      from,
      overwrite,
      (header) => callTagged<Contact>(api.PATCH("/api/v1/contacts/{id}", { params: { path, header }, body })),
      () => callTagged<Contact>(api.GET("/api/v1/contacts/{id}", { params: { path } })),
      mutate,
      (data) => touched(body, data),
    );
    again();
  }

  /** Says what a structured value should have been; the feed it came from learns. */
  async function correct(target: Target, value: unknown): Promise<void> {
    const review = await call(api.POST("/api/v1/contacts/{id}/structuring/doubt", { params: { path: { id: contact() } }, body: target }));
    await call(api.POST("/api/v1/structuring/reviews/{id}/decide", { params: { path: { id: review.id } }, body: { decision: "correct", value, ...target } }));
    again();
  }

  async function undo(target: Target, structuring: string): Promise<void> {
    await call(api.POST("/api/v1/structuring/undo", { body: { structuring_id: structuring, ...target } }));
    again();
  }

  const latest = <T>(r: { latest: T | undefined; error: unknown }) => (r.error ? undefined : r.latest);
  return {
    contact: () => latest(known)?.data,
    error: () => known.error as unknown,
    provenance: (target: Target) => latest(values)?.find((v) => sameTarget(v, target))?.provenance ?? null,
    identity: () => latest(identity),
    tickets: () => latest(tickets),
    seen: (): Seen => latest(known),
    change,
    correct,
    undo,
    again,
  };
}
