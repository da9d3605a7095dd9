// The queue: what is pending, what was decided here and what that taught, in the order it came.
import { createEffect, createMemo, on, onCleanup, type Accessor } from "solid-js";
import { createStore, produce } from "solid-js/store";
import { api, call } from "../../api/client";
import type { FieldError } from "../../api/problem";
import type { operations } from "../../api/schema";
import type { Review, Rule } from "../../api/types";
import { epoch, onEvents } from "../../live/stream";

export interface Filter {
  reason: string | undefined;
  /** `phone`, `email`, `name`, or `field:<key>`. */
  target: string | undefined;
}
type Item = NonNullable<operations["v1DecideReviews"]["requestBody"]>["content"]["application/json"]["items"][number];
export type Decision = Omit<Item, "id">;

export interface Refused {
  code: string;
  detail: string;
  errors?: FieldError[] | null;
}

export interface Row {
  review: Review;
  state: "pending" | "busy" | "done" | "failed";
  rule?: Rule | null;
  error?: Refused;
  /** Kept to be sent again with `overwrite`. */
  asked?: Decision;
}

const AT_ONCE = 100;

export function createQueue(filter: Accessor<Filter>) {
  const [rows, setRows] = createStore<{ order: string[]; by: Record<string, Row>; next: string | null; loading: boolean; error: unknown }>({
    order: [],
    by: {},
    next: null,
    loading: true,
    error: undefined,
  });
  let round = 0;

  const fetchPage = (cursor?: string) => {
    const f = filter();
    const [target, field] = f.target?.startsWith("field:") ? ["field", f.target.slice(6)] : [f.target, undefined];
    return call(api.GET("/api/v1/structuring/reviews", { params: { query: { status: "pending", limit: 50, cursor, reason: f.reason as never, target: target as never, field } } }));
  };

  /** `again`: the same list once more; what was decided here stays, to be seen. */
  async function load(more: boolean, again = false): Promise<void> {
    const mine = more ? round : ++round;
    setRows({ loading: true, error: undefined });
    try {
      const page = await fetchPage(more ? (rows.next ?? undefined) : undefined);
      if (mine !== round) return;
      setRows(
        produce((all) => {
          if (!more) {
            all.order = again ? all.order.filter((id) => all.by[id]!.state !== "pending") : [];
            all.by = Object.fromEntries(all.order.map((id) => [id, all.by[id]!]));
          }
          for (const review of page.data as Review[])
            if (!all.by[review.id]) {
              all.order.push(review.id);
              all.by[review.id] = { review, state: "pending" };
            }
          all.next = page.next_cursor ?? null;
          all.loading = false;
        }),
      );
    } catch (error) {
      if (mine === round) setRows({ loading: false, error });
    }
  }
  createEffect(on(() => JSON.stringify(filter()), () => void load(false)));
  createEffect(on(epoch, () => void load(false, true), { defer: true }));

  // Records come in bursts; whatever is new is on the first page.
  let timer: ReturnType<typeof setTimeout> | undefined;
  const looked = async () => {
    timer = undefined;
    const mine = round;
    const page = await fetchPage().catch(() => undefined);
    if (!page || mine !== round) return;
    setRows(
      produce((all) => {
        const fresh = (page.data as Review[]).filter((r) => !all.by[r.id]);
        for (const review of fresh) all.by[review.id] = { review, state: "pending" };
        // Where its time puts it: what moved up from a later page is older than what is here.
        for (const review of fresh) {
          const at = all.order.findIndex((id) => all.by[id]!.review.created_at < review.created_at);
          if (at >= 0) all.order.splice(at, 0, review.id);
          else if (!all.next) all.order.push(review.id);
          else delete all.by[review.id];
        }
      }),
    );
  };
  onCleanup(onEvents(["contact.created", "contact.updated"], () => (timer ??= setTimeout(() => void looked(), 1500))));
  onCleanup(() => clearTimeout(timer));
  // What somebody else decided is nobody's any more; what was decided here stays, to be seen.
  onCleanup(
    onEvents(["review.decided"], (event) => {
      const id = event.subject.review_id ?? (event.data as Record<string, unknown>).review_id;
      if (typeof id !== "string" || rows.by[id]?.state !== "pending") return;
      setRows(
        produce((all) => {
          all.order = all.order.filter((x) => x !== id);
          delete all.by[id];
        }),
      );
    }),
  );

  const settle = (id: string, row: Partial<Row>) => setRows("by", id, row);

  return {
    rows,
    pending: createMemo(() => rows.order.filter((id) => rows.by[id]?.state === "pending" || rows.by[id]?.state === "failed")),
    decided: createMemo(() => rows.order.filter((id) => rows.by[id]?.state === "done")),
    reload: () => void load(false),
    more: () => void load(true),
    /** Decides each; one that is refused says why and stays. Answers how many went through. */
    async decide(list: readonly { id: string; decision: Decision }[]): Promise<number> {
      let done = 0;
      for (let from = 0; from < list.length; from += AT_ONCE) {
        const part = list.slice(from, from + AT_ONCE);
        for (const { id, decision } of part) settle(id, { state: "busy", asked: decision, error: undefined });
        try {
          const answer = await call(api.POST("/api/v1/structuring/reviews/decide", { body: { items: part.map(({ id, decision }) => ({ id, ...decision })) } }));
          for (const item of answer.items) {
            if (item.done) {
              done += 1;
              settle(item.id, { state: "done", rule: item.rule ?? null, ...(item.review ? { review: item.review as Review } : {}) });
            } else settle(item.id, { state: "failed", error: (item.error as Refused | null | undefined) ?? { code: "", detail: "" } });
          }
        } catch (error) {
          for (const { id } of part) settle(id, { state: "pending" });
          throw error;
        }
      }
      return done;
    },
    forgot(ruleId: string): void {
      for (const id of rows.order) if (rows.by[id]?.rule?.id === ruleId) settle(id, { rule: null });
    },
    clear(): void {
      setRows(
        produce((all) => {
          all.order = all.order.filter((id) => all.by[id]?.state !== "done");
        }),
      );
      if (rows.order.length === 0) void load(false);
    },
  };
}
export type Queue = ReturnType<typeof createQueue>;
