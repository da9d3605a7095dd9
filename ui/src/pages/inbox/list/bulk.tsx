// What is done with many conversations at once. One call of at most a hundred; what failed is said, and stays chosen.
import { Show, createSignal } from "solid-js";
import { json } from "../../../api/client";
import type { Conversation } from "../../../api/contract";
import { Problem, explain } from "../../../api/problem";
import { pipelineById, reference } from "../../../data/reference";
import { t, tn } from "../../../i18n";
import { Avatar } from "../../../parts/avatar";
import { IconButton } from "../../../parts/button";
import { BoardIcon, CheckIcon, CloseIcon, InboxIcon, TagIcon, UserPlusIcon } from "../../../parts/icons";
import { Picker } from "../../../parts/picker";
import { tell, tellError } from "../../../parts/toast";
import { CloseTickets, endsOf, type Outcome } from "../closeticket";
import s from "./bulk.module.css";

export const MOST = 100;

interface Answer {
  done: string[];
  failed: { id: string; code: string; message: string }[];
}

/** Does one thing to many; gives back which it was done to, and tells about the others. */
export async function bulk(ids: readonly string[], action: Record<string, unknown>): Promise<string[]> {
  const answer = await json<Answer>("POST", "/conversations/bulk", { body: { ids, ...action } });
  if (answer.failed[0]) tellError(new Error(tn("inbox.bulk_failed", answer.failed.length, { why: explain(new Problem(409, { ...answer.failed[0], detail: answer.failed[0].message })) })));
  return answer.done;
}

export function BulkBar(props: { ids: string[]; ticketOf: (id: string) => Conversation["open_ticket"] | undefined; onClear: () => void; onDone: (done: string[]) => void }) {
  const [busy, setBusy] = createSignal(false);
  const [closing, setClosing] = createSignal(false);
  const run = (action: Record<string, unknown>) => does(() => bulk(props.ids, action));
  const does = (work: () => Promise<string[]>) => {
    setBusy(true);
    work()
      .then((done) => {
        if (done.length > 0) tell(tn("inbox.bulk_done", done.length));
        props.onDone(done);
      }, tellError)
      .finally(() => setBusy(false));
  };
  /** Each into the stage of its own pipeline that stands for how it ended; what has no ticket says so. */
  const close = async (outcome: Outcome): Promise<string[]> => {
    const groups = new Map<string | undefined, string[]>();
    for (const id of props.ids) {
      const stage = endsOf(pipelineById(props.ticketOf(id)?.pipeline_id)).find((x) => x.outcome === outcome)?.id;
      groups.set(stage, [...(groups.get(stage) ?? []), id]);
    }
    const done: string[] = [];
    for (const [stage_id, ids] of groups) done.push(...(await bulk(ids, stage_id ? { action: "move", stage_id } : { action: "close", outcome })));
    return done;
  };
  // What closes a ticket has a button of its own, which asks.
  const stages = () => reference.pipelines.flatMap((p) => p.stages.filter((x) => x.outcome === "open").map((x) => ({ id: x.id, label: reference.pipelines.length > 1 ? `${x.name} · ${p.name}` : x.name })));
  return (
    <div class={s.bar} role="toolbar" aria-label={t("inbox.bulk")} aria-busy={busy()}>
      <IconButton label={t("inbox.bulk_clear")} small onClick={() => props.onClear()}>
        <CloseIcon size={16} />
      </IconButton>
      <span class={s.count} role="status">
        {tn("inbox.chosen", props.ids.length)}
      </span>
      <Picker
        label={t("inbox.assign")}
        iconOnly
        chosen={[]}
        choices={reference.members.filter((m) => m.active).map((m) => ({ id: m.id, label: m.name, mark: <Avatar name={m.name} of={m.id} size="s" /> }))}
        onChoose={(member_id) => run({ action: "assign", member_id })}
        trigger={<UserPlusIcon size={17} />}
      />
      <Picker label={t("inbox.stage")} iconOnly chosen={[]} choices={stages()} onChoose={(stage_id) => run({ action: "move", stage_id })} trigger={<BoardIcon size={17} />} />
      <Show when={reference.tags.length > 0}>
        <Picker
          label={t("inbox.tag")}
          iconOnly
          chosen={[]}
          choices={reference.tags.filter((x) => x.entity_type === "CONTACT").map((x) => ({ id: String(x.id), label: x.value }))}
          onChoose={(id) => run({ action: "tag", tag_id: Number(id) })}
          trigger={<TagIcon size={17} />}
        />
      </Show>
      <IconButton label={t("inbox.mark_read")} onClick={() => run({ action: "read" })}>
        <InboxIcon size={17} />
      </IconButton>
      <IconButton label={t("inbox.close_ticket")} onClick={() => setClosing(true)}>
        <CheckIcon size={17} />
      </IconButton>
      <CloseTickets open={closing()} count={props.ids.length} onClose={() => setClosing(false)} onPick={(outcome) => does(() => close(outcome))} />
    </div>
  );
}
