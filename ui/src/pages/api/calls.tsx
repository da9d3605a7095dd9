// Each try of a webhook: when, what, how it went; opened, what was sent and what came back.
import { useSearchParams } from "@solidjs/router";
import { For, Show, createEffect, createSignal, on } from "solid-js";
import { api, call } from "../../api/client";
import type { WebhookCall } from "../../api/types";
import { t, tn, tx } from "../../i18n";
import { dateTime, shortTime } from "../../i18n/format";
import { Badge, type Tone } from "../../parts/badge";
import { Button } from "../../parts/button";
import { Dialog } from "../../parts/dialog";
import { SelectField } from "../../parts/field";
import css from "../../parts/form.module.css";
import { RefreshIcon } from "../../parts/icons";
import { Empty, Failed, Skeleton } from "../../parts/state";
import { Table } from "../../parts/table";
import { tell, tellError } from "../../parts/toast";
import { may } from "../../session";
import s from "./api.module.css";

const OUTCOMES = ["delivered", "retrying", "failed"] as const;
const TONES: Record<string, Tone> = { delivered: "success", retrying: "warning", failed: "danger" };

export function Calls(props: { id: string; seen: number }) {
  const [params, setParams] = useSearchParams<{ outcome?: string }>();
  const [rows, setRows] = createSignal<WebhookCall[]>();
  const [next, setNext] = createSignal<string | null>(null);
  const [error, setError] = createSignal<unknown>();
  const [open, setOpen] = createSignal<WebhookCall>();
  const load = async (more: boolean) => {
    setError(undefined);
    try {
      const page = await call(
        api.GET("/api/v1/webhooks/{id}/calls", { params: { path: { id: props.id }, query: { limit: 50, outcome: (params.outcome || undefined) as never, cursor: more ? (next() ?? undefined) : undefined } } }),
      );
      setRows(more ? [...(rows() ?? []), ...page.data] : page.data);
      setNext(page.next_cursor ?? null);
    } catch (problem) {
      setError(problem);
    }
  };
  createEffect(on([() => props.id, () => params.outcome, () => props.seen], () => void load(false)));
  const again = async (event_id: string) => {
    try {
      const done = await call(api.POST("/api/v1/webhooks/{id}/replay", { params: { path: { id: props.id } }, body: { event_ids: [event_id] } }));
      tell(tn("api.replayed", done.queued));
      setOpen(undefined);
    } catch (problem) {
      tellError(problem);
    }
  };
  const outcome = (c: WebhookCall) => <Badge tone={TONES[c.outcome] ?? "neutral"}>{tx("api", `outcome_${c.outcome}`, c.outcome)}</Badge>;
  const pretty = (text: string | null | undefined) => {
    try {
      return JSON.stringify(JSON.parse(text ?? ""), null, 2);
    } catch {
      return text ?? "";
    }
  };
  return (
    <section class={css.form} aria-labelledby="calls">
      <div class={s.callsHead}>
        <h2 id="calls">{t("api.calls")}</h2>
        <SelectField label={t("api.outcome")} hideLabel onChange={(e) => setParams({ outcome: e.currentTarget.value || undefined })}>
          <option value="">{t("api.outcome_all")}</option>
          <For each={OUTCOMES}>{(o) => <option value={o} selected={o === params.outcome}>{t(`api.outcome_${o}`)}</option>}</For>
        </SelectField>
        <Button icon={<RefreshIcon size={15} />} onClick={() => void load(false)} aria-label={t("common.try_again")} />
      </div>
      <Show when={!error()} fallback={<Failed error={error()} onRetry={() => void load(false)} />}>
        <Show when={rows()} fallback={<Skeleton lines={4} />}>
          <Show when={rows()!.length > 0} fallback={<Empty title={t("api.no_calls")}>{t("api.no_calls_text")}</Empty>}>
            <Table
              label={t("api.calls")}
              stacks
              rows={rows()!}
              columns={[
                { head: t("api.when"), cell: (c) => <button type="button" class={s.linkButton} aria-label={`${t("api.show_call")}: ${c.topic} ${dateTime(c.started_at)}`} onClick={() => setOpen(c)}>{dateTime(c.started_at)}</button> },
                { head: t("api.topic"), cell: (c) => <code class={css.mono}>{c.topic}</code> },
                { head: t("api.outcome"), cell: outcome },
                { head: t("api.answer"), cell: (c) => [c.status ?? c.error, t("api.took", { ms: c.duration_ms })].filter(Boolean).join(" · ") },
                { head: t("api.attempt", { n: "" }).trim(), cell: (c) => [t("api.attempt", { n: c.attempt }), c.next_try_at && t("api.next_try", { time: shortTime(c.next_try_at) })].filter(Boolean).join(" · ") },
              ]}
            />
            <Show when={next()}>
              <div class={css.buttons}>
                <Button onClick={() => void load(true)}>{t("common.load_more")}</Button>
              </div>
            </Show>
          </Show>
        </Show>
      </Show>
      <Show when={open()}>
        {(c) => (
          <Dialog
            open
            shape="wide"
            onClose={() => setOpen(undefined)}
            title={c().topic}
            actions={
              <Show when={may("setup:write")}>
                <Button onClick={() => void again(c().event_id)}>{t("api.replay_one")}</Button>
              </Show>
            }
          >
            <p class={css.buttons}>
              {outcome(c())}
              <span>{[dateTime(c().started_at), t("api.attempt", { n: c().attempt }), t("api.took", { ms: c().duration_ms })].join(" · ")}</span>
            </p>
            <Show when={c().error}>
              <p class={s.error}>{c().error}</p>
            </Show>
            <h3>{t("api.request")}</h3>
            <p class={css.mono}>{c().request.method} {c().request.url}</p>
            <pre class={css.code} tabindex="0">{pretty(c().request.body)}</pre>
            <h3>{t("api.response")} {c().status ?? ""}</h3>
            <pre class={css.code} tabindex="0">{pretty(c().response) || "–"}</pre>
          </Dialog>
        )}
      </Show>
    </section>
  );
}
