// How a ticket ended is asked before it is closed: in which of its pipeline's stages of won and lost, and then what the
// board asks for there as well. Closed from here or from the board, it stands in the same column.
import { For, Show, Suspense, createSignal, lazy } from "solid-js";
import { api, call } from "../../api/client";
import type { Conversation } from "../../api/contract";
import type { Pipeline, Stage, Ticket } from "../../api/types";
import { pipelineById } from "../../data/reference";
import { moreWords, t, tn } from "../../i18n";
import { Button } from "../../parts/button";
import { Dialog } from "../../parts/dialog";
import { Over } from "../../parts/over";
import { tell, tellError } from "../../parts/toast";
import s from "./inbox.module.css";

const Closing = lazy(async () => ({ default: (await Promise.all([import("../board/closing"), moreWords()]))[0].Closing }));

export type Outcome = "won" | "lost";

/** The stages of a pipeline that end a ticket, the won ones first. */
export const endsOf = (pipeline: Pipeline | undefined): Stage[] => (["won", "lost"] as const).flatMap((outcome) => pipeline?.stages.filter((x) => x.outcome === outcome) ?? []);

const word = (outcome: Outcome) => t(outcome === "won" ? "inbox.close_won" : "inbox.close_lost");

/** Choices of how it ended; arrows go from one to the next. */
function Ask(props: { count: number; ways: { label: string; run: () => void }[]; onClose: () => void }) {
  const step = (e: KeyboardEvent & { currentTarget: HTMLElement }) => {
    const by = e.key === "ArrowDown" || e.key === "ArrowRight" ? 1 : e.key === "ArrowUp" || e.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    e.preventDefault();
    const all = [...e.currentTarget.querySelectorAll("button")];
    all[(all.indexOf(document.activeElement as HTMLButtonElement) + by + all.length) % all.length]?.focus();
  };
  return (
    <Dialog open onClose={props.onClose} title={t("inbox.close_ticket")} actions={<Button onClick={() => props.onClose()}>{t("common.cancel")}</Button>}>
      <p>{tn("inbox.close_ask", props.count)}</p>
      <div class={s.ends} onKeyDown={step}>
        <For each={props.ways}>{(way) => <Button onClick={() => way.run()}>{way.label}</Button>}</For>
      </div>
    </Dialog>
  );
}

/** For many at once, of any pipelines. */
export function CloseTickets(props: { open: boolean; count: number; onPick: (outcome: Outcome) => void; onClose: () => void }) {
  return (
    <Show when={props.open}>
      <Ask count={props.count} onClose={props.onClose} ways={(["won", "lost"] as const).map((o) => ({ label: word(o), run: () => props.onPick(o) }))} />
    </Show>
  );
}

interface Props {
  conversation: Conversation;
  name: string;
  /** Where it goes, where that is chosen already. */
  stage: Stage | undefined;
  /** A pipeline without a stage of won or lost. */
  onOutcome: (outcome: Outcome) => void;
  onChanged: () => void;
  onClose: () => void;
}

/** For the open ticket of one conversation. */
export function CloseTicket(props: Props) {
  const ticketId = props.conversation.open_ticket?.id;
  const from = props.conversation.open_ticket?.stage_id;
  const [asked, setAsked] = createSignal<{ ticket: Ticket; stage: Stage }>();
  const ends = () => endsOf(pipelineById(props.conversation.open_ticket?.pipeline_id));
  const label = (stage: Stage) => {
    const own = word(stage.outcome as Outcome);
    return stage.name.toLowerCase() === own.toLowerCase() ? own : `${own} · ${stage.name}`;
  };
  const choose = (stage: Stage) => {
    if (!ticketId) return props.onClose();
    call(api.GET("/api/v1/tickets/{id}", { params: { path: { id: ticketId } } })).then(
      (ticket) => setAsked({ ticket, stage }),
      (problem: unknown) => (tellError(problem), props.onClose()),
    );
  };
  if (props.stage) choose(props.stage);
  const path = { params: { path: { id: ticketId! } } };
  const undo = () => {
    call(api.POST("/api/v1/tickets/{id}/reopen", { ...path, body: from ? { stage_id: from } : {} })).then(() => props.onChanged(), tellError);
  };
  const close = async (stage: Stage, reason: string): Promise<void> => {
    const why = reason.trim();
    await call(api.POST("/api/v1/tickets/{id}/move", { ...path, body: { stage_id: stage.id, ...(why ? { reason: why } : {}) } }));
    props.onClose();
    props.onChanged();
    tell(t("inbox.closed"), { label: t("common.undo"), run: undo });
  };
  return (
    <Show
      when={asked()}
      keyed
      fallback={
        <Show when={!props.stage}>
          <Ask
            count={1}
            onClose={props.onClose}
            ways={
              ends().length > 0
                ? ends().map((stage) => ({ label: label(stage), run: () => choose(stage) }))
                : (["won", "lost"] as const).map((o) => ({ label: word(o), run: () => (props.onClose(), props.onOutcome(o)) }))
            }
          />
        </Show>
      }
    >
      {(a) => (
        <Suspense>
          <Over onClose={props.onClose}>
            <Closing ticket={a.ticket} stage={a.stage} name={props.name} gone={props.conversation.open_ticket?.id !== ticketId} outcome={a.stage.outcome} onDone={(reason) => close(a.stage, reason)} onClose={props.onClose} />
          </Over>
        </Suspense>
      )}
    </Show>
  );
}
