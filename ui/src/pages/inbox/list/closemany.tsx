// Closing many asks once for what closing one asks for: the fields that must be filled and are not in any of them, and why.
import { Show, createResource } from "solid-js";
import { reference } from "../../../data/reference";
import { tn } from "../../../i18n";
import { tellError } from "../../../parts/toast";
import { Closing } from "../../board/closing";
import { missingIn } from "../../board/missing";
import type { Outcome } from "../closeticket";
import type { Given } from "./bulk";
import { close, ticketsOf, type Ways } from "./many";

export function CloseMany(props: { ways: Ways; all: Given[]; outcome: Outcome; onDone: (ids: string[], undo: () => Promise<unknown>) => void; onClose: () => void }) {
  const [tickets] = createResource(() =>
    ticketsOf(props.all).catch((problem: unknown) => {
      tellError(problem);
      props.onClose();
      return undefined;
    }),
  );
  const missing = () => [...new Set((tickets() ?? []).flatMap((x) => missingIn(x, reference.fields)))];
  const done = async (why: string, filled: Record<string, unknown>): Promise<void> => {
    const { done, undo } = await close(props.ways, props.all, tickets() ?? [], props.outcome, why, filled);
    props.onClose();
    props.onDone(done, undo);
  };
  return (
    <Show when={tickets()}>
      <Closing missing={missing()} outcome={props.outcome} name={tn("inbox.chosen", props.all.length)} onDone={done} onClose={props.onClose} />
    </Show>
  );
}
