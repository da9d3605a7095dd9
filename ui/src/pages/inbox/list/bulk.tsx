// What is done with many conversations at once. One call of at most a hundred; what failed is said, and stays chosen.
import { Show, Suspense, createSignal, lazy } from "solid-js";
import { json } from "../../../api/client";
import type { Conversation } from "../../../api/contract";
import { Problem, explain } from "../../../api/problem";
import { memberById, pipelineById, reference } from "../../../data/reference";
import { moreWords, t, tn } from "../../../i18n";
import { Avatar } from "../../../parts/avatar";
import { IconButton } from "../../../parts/button";
import { BoardIcon, CheckIcon, CloseIcon, InboxIcon, TagIcon, UserPlusIcon } from "../../../parts/icons";
import { Over } from "../../../parts/over";
import { Picker } from "../../../parts/picker";
import { tell, tellError } from "../../../parts/toast";
import { CloseTickets, endsOf, type Outcome } from "../closeticket";
import type { Ways } from "./many";
import s from "./bulk.module.css";

const CloseMany = lazy(async () => ({ default: (await Promise.all([import("./closemany"), moreWords()]))[0].CloseMany }));

export const MOST = 100;

interface Answer {
  done: string[];
  failed: { id: string; code: string; message: string }[];
}

/** What is known of one that something is done to. */
export type Given = Pick<Conversation, "id" | "agent_ids" | "open_ticket">;

/** Before the id of a choice that adds somebody instead of replacing. */
export const ALSO = "also:";

/** Says of how many it was not done, and why of the first. */
export const failed = (count: number, why: unknown): void => tellError(new Error(tn("inbox.bulk_failed", count, { why: explain(why) })));

/** Does one thing to many; gives back which it was done to, and tells about the others. */
export async function bulk(ids: readonly string[], action: Record<string, unknown>): Promise<string[]> {
  const answer = await json<Answer>("POST", "/conversations/bulk", { body: { ids, ...action } });
  if (answer.failed[0]) failed(answer.failed.length, new Problem(409, { ...answer.failed[0], detail: answer.failed[0].message }));
  return answer.done;
}

const ways: Ways = { bulk, failed, end: (c, outcome) => endsOf(pipelineById(c.open_ticket?.pipeline_id)).find((x) => x.outcome === outcome)?.id };

export function BulkBar(props: { ids: string[]; of: (id: string) => Conversation | undefined; onClear: () => void; onDone: (done: string[]) => void }) {
  const [busy, setBusy] = createSignal(false);
  const [closing, setClosing] = createSignal<Outcome | boolean>(false);
  // Copies: the list's own change as the answers come in.
  const all = (): Given[] => props.ids.map((id) => ({ id, agent_ids: [...(props.of(id)?.agent_ids ?? [])], open_ticket: props.of(id)?.open_ticket ? { ...props.of(id)!.open_ticket! } : null }));
  /** `say` of how many it was done to; what can be taken back says how. */
  const finished = (done: string[], say: (n: number) => string, undo?: () => Promise<unknown>) => {
    const back = () => void undo!().then(() => tell(t("common.undone")), tellError).finally(() => props.onDone(done));
    if (done.length > 0) tell(say(done.length), undo && { label: t("common.undo"), run: back });
    props.onDone(done);
  };
  const does = (work: () => Promise<void>) => {
    setBusy(true);
    work().catch(tellError).finally(() => setBusy(false));
  };
  const said = (n: number) => tn("inbox.bulk_done", n);
  const run = (action: Record<string, unknown>) => does(async () => finished(await bulk(props.ids, action), said));
  const give = (choice: string) =>
    does(async () => {
      const also = choice.startsWith(ALSO);
      const member = also ? choice.slice(ALSO.length) : choice;
      const name = (id: string) => memberById(id)?.name ?? "";
      const { done, before, undo } = await (await import("./many")).give(ways, all(), member, also);
      const had = before.length > 0 ? ` ${t("inbox.bulk_before", { names: before.map(name).join(", ") })}` : "";
      finished(done, (n) => tn(also ? "inbox.bulk_given_also" : "inbox.bulk_given", n, { name: name(member) }) + had, undo);
    });
  const members = () => reference.members.filter((m) => m.active);
  const choices = () => [
    ...members().map((m) => ({ id: m.id, label: m.name, mark: <Avatar name={m.name} of={m.id} size="s" /> })),
    ...(props.ids.some((id) => props.of(id)?.agent_ids.length) ? members().map((m) => ({ id: ALSO + m.id, label: t("inbox.assign_also", { name: m.name }) })) : []),
  ];
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
        choices={choices()}
        onChoose={give}
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
      <CloseTickets open={closing() === true} count={props.ids.length} onClose={() => setClosing(false)} onPick={setClosing} />
      <Show when={typeof closing() === "string" && (closing() as Outcome)} keyed>
        {(outcome) => (
          <Suspense>
            <Over onClose={() => setClosing(false)}>
              <CloseMany ways={ways} all={all()} outcome={outcome} onDone={(done, undo) => finished(done, said, undo)} onClose={() => setClosing(false)} />
            </Over>
          </Suspense>
        )}
      </Show>
    </div>
  );
}
