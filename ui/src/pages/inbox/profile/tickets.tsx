// The journeys of a contact: where each stands or ended, its sum, and what happened with it.
import { For, Show, Suspense, createMemo, createResource, createSignal } from "solid-js";
import { api, call } from "../../../api/client";
import { explain } from "../../../api/problem";
import type { Ticket } from "../../../api/types";
import { memberById, pipelineById, stageName } from "../../../data/reference";
import { t, tx } from "../../../i18n";
import { decimal, decimalField } from "../../../i18n/decimal";
import { dateTime, duration, money, now, shortTime } from "../../../i18n/format";
import { Badge } from "../../../parts/badge";
import { Button } from "../../../parts/button";
import { Skeleton } from "../../../parts/state";
import { TicketDetail } from "./ticketdetail";
import { EventLine } from "../thread/eventline";
import { session } from "../../../session";
import s from "./profile.module.css";

export function Tickets(props: { tickets: Ticket[] | undefined; onChanged: () => void }) {
  // By their ids: they come anew with each change of the contact, and what is open or half written in one stays.
  const byId = createMemo(() => new Map((props.tickets ?? []).map((x) => [x.id, x])));
  return (
    <Show when={props.tickets} fallback={<Skeleton lines={2} />}>
      <ul class={s.tickets}>
        <For each={[...byId().keys()]} fallback={<li class="muted">{t("profile.no_tickets")}</li>}>
          {(id) => <Show when={byId().get(id)}>{(ticket) => <One ticket={ticket()} onChanged={props.onChanged} />}</Show>}
        </For>
      </ul>
    </Show>
  );
}

function One(props: { ticket: Ticket; onChanged: () => void }) {
  const x = () => props.ticket;
  const [open, setOpen] = createSignal(false);
  const tone = () => (x().outcome === "won" ? "success" : x().outcome === "lost" ? "danger" : x().status === "open" ? "accent" : "neutral");
  const state = () => (x().status === "open" ? t("profile.ticket_open") : tx("profile", `outcome_${x().outcome}`, t("profile.ticket_closed")));
  return (
    <li class={s.ticket}>
      <div class={s.ticketHead}>
        <strong class="clip">{stageName(x().stage_id)}</strong>
        <Badge tone={tone()}>{state()}</Badge>
      </div>
      <p class={s.ticketSub}>
        {[
          pipelineById(x().pipeline_id)?.name,
          x().status === "open" ? t("profile.for_time", { time: duration(now() - Date.parse(x().stage_since)) }) : x().closed_at && shortTime(x().closed_at!),
          memberById(x().agent_id)?.name,
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      <Amount ticket={x()} onChanged={props.onChanged} />
      <Show when={x().status === "open"}>
        <TicketDetail id={x().id} version={x().updated_at} onChanged={props.onChanged} />
      </Show>
      <Show when={x().reason}>
        <p class={s.ticketSub}>{x().reason}</p>
      </Show>
      <button type="button" class={s.more} aria-expanded={open()} onClick={() => setOpen(!open())}>
        {open() ? t("profile.hide_history") : t("profile.show_history")}
      </button>
      <Show when={open()}>
        <Suspense fallback={<Skeleton lines={2} />}>
          <History id={x().id} />
        </Suspense>
      </Show>
    </li>
  );
}

function History(props: { id: string }) {
  const [entries] = createResource(
    () => props.id,
    async (id) => (await call(api.GET("/api/v1/tickets/{id}/timeline", { params: { path: { id }, query: { limit: 100 } } }))).data.filter((e) => e.event),
  );
  return (
    <Show when={!entries.error} fallback={<p class={s.error}>{explain(entries.error)}</p>}>
      <Show when={entries()} fallback={<Skeleton lines={2} />}>
        <ol class={s.history}>
          <For each={entries()}>
            {(e) => (
              <li title={dateTime(e.at)}>
                <span class="muted">{shortTime(e.at)}</span>
                <EventLine event={e.event!} bare />
              </li>
            )}
          </For>
        </ol>
      </Show>
    </Show>
  );
}

function Amount(props: { ticket: Ticket; onChanged: () => void }) {
  const x = () => props.ticket;
  const [editing, setEditing] = createSignal(false);
  const [text, setText] = createSignal("");
  const [error, setError] = createSignal("");
  const currency = () => x().currency ?? session()?.organization.currency;
  const amount = () => (text().trim() === "" ? null : (decimal(text(), currency()) ?? text().trim()));
  const save = async () => {
    try {
      await call(api.PATCH("/api/v1/tickets/{id}", { params: { path: { id: x().id } }, body: { amount: amount() } as never }));
      setEditing(false);
      props.onChanged();
    } catch (problem) {
      setError(explain(problem));
    }
  };
  return (
    <Show
      when={editing()}
      fallback={
        <Show when={x().status === "open" || x().amount}>
          <button
            type="button"
            class={s.press}
            disabled={x().status !== "open"}
            onClick={() => {
              setText(x().amount ? decimalField(x().amount!) : "");
              setError("");
              setEditing(true);
            }}
          >
            <span classList={{ [s.empty!]: !x().amount }}>{x().amount ? money(x().amount!, x().currency) : t("profile.add_amount")}</span>
          </button>
        </Show>
      }
    >
      <form
        class={s.editor}
        onSubmit={(e) => {
          e.preventDefault();
          void save();
        }}
        onKeyDown={(e) => e.key === "Escape" && (e.stopPropagation(), setEditing(false))}
      >
        <input ref={(e) => queueMicrotask(() => e.focus())} class={s.input} inputmode="decimal" aria-label={t("profile.amount")} value={text()} onInput={(e) => setText(e.currentTarget.value)} />
        <Show when={error()} fallback={<Show when={amount() !== null && amount() !== text().trim()}><p class={s.hint}>= {money(amount()!, currency())}</p></Show>}>
          <p class={s.error} role="alert">
            {error()}
          </p>
        </Show>
        <div class={s.buttons}>
          <Button small onClick={() => setEditing(false)}>
            {t("common.cancel")}
          </Button>
          <Button small look="primary" type="submit">
            {t("common.save")}
          </Button>
        </div>
      </form>
    </Show>
  );
}
