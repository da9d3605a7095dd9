import { Show } from "solid-js";
import { memberById, stageById } from "../../../data/reference";
import { t, tx } from "../../../i18n";
import { clock, dateTime } from "../../../i18n/format";
import type { LogEvent } from "../../../api/types";
import s from "./thread.module.css";

type Loose = Record<string, unknown>;
const object = (v: unknown): Loose => (v && typeof v === "object" ? (v as Loose) : {});
const id = (v: unknown) => (typeof v === "string" ? v : undefined);

/** What happened between the messages, in one line. */
export function EventLine(props: { event: LogEvent; bare?: boolean }) {
  return (
    <Show
      when={!props.bare}
      fallback={<span>{words(props.event)}</span>}
    >
      <p class={s.event}>
        <span>
          {words(props.event)} <time title={dateTime(props.event.occurred_at)}>{clock(props.event.occurred_at)}</time>
        </span>
      </p>
    </Show>
  );
}

/** Who has it no longer: with several, or one for another, it is not nobody's. */
function takenOff(e: LogEvent): string {
  const removed = object(e.previous).removed_agents;
  const names = (Array.isArray(removed) ? removed : []).flatMap((x) => memberById(id(x))?.name ?? []);
  return names.length > 0 ? t("inbox.event_taken_off", { name: names.join(", ") }) : t("inbox.event_unassigned");
}

function words(e: LogEvent): string {
  const data = e.data as Loose;
  const who = e.actor.type === "member" ? (memberById(e.actor.id)?.name ?? "") : tx("inbox", `actor_${e.actor.type}`, "");
  const by = who ? ` · ${who}` : "";
  const ticket = object(data.ticket);
  const stage = (v: unknown) => stageById(id(v))?.name ?? "";
  switch (e.topic) {
    case "ticket.created":
      return t("inbox.event_opened", { stage: stage(ticket.stage_id) }) + by;
    case "ticket.closed":
      return (ticket.outcome ? tx("inbox", `event_closed_${String(ticket.outcome)}`, t("inbox.event_closed")) : t("inbox.event_closed")) + by;
    case "stage.changed":
      return t("inbox.event_moved", { from: stage(data.old_stage_id), to: stage(data.new_stage_id) }) + by;
    case "agent.assigned": {
      const agent = memberById(id(data.agent_id));
      return (agent ? t("inbox.event_assigned", { name: agent.name }) : takenOff(e)) + (data.reason === "automatic" ? ` · ${t("inbox.event_automatic")}` : by);
    }
    case "contact.merged":
      return t("inbox.event_merged") + by;
    case "event.tracked":
      return `${typeof data.event === "string" ? data.event : e.topic}${by}`;
    default:
      return e.topic + by;
  }
}
