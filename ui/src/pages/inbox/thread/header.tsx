// Above a conversation: who it is, whose it is, where it stands, and what else can be done.
import { useNavigate } from "@solidjs/router";
import { For, Show, createSignal } from "solid-js";
import { json } from "../../../api/client";
import type { Conversation } from "../../../api/contract";
import type { Member, Stage } from "../../../api/types";
import { presenceOf } from "../../../data/presence";
import { channelById, memberById, pipelineById, reference, stageById, stageName } from "../../../data/reference";
import { t, tn } from "../../../i18n";
import { phone } from "../../../i18n/format";
import { useShortcuts } from "../../../keys/registry";
import { Avatar } from "../../../parts/avatar";
import { Badge } from "../../../parts/badge";
import { IconButton } from "../../../parts/button";
import { BanIcon, BoardIcon, CheckIcon, ChevronLeftIcon, InboxIcon, MoreIcon, PanelRightIcon, UserPlusIcon } from "../../../parts/icons";
import { Menu, type MenuItem } from "../../../parts/menu";
import { Picker } from "../../../parts/picker";
import { tell, tellError } from "../../../parts/toast";
import { me } from "../../../session";
import { CloseTicket } from "../closeticket";
import { ALSO, bulk } from "../list/bulk";
import { nameOf } from "../words";
import { typingIn } from "../typing";
import { viewersOf } from "../viewing";
import s from "./thread.module.css";

interface Props {
  conversation: Conversation;
  back: string;
  profileOpen: boolean;
  onProfile: () => void;
  /** Is told before it is marked as unread. */
  onUnread: () => void;
  onChanged: (c?: Conversation) => void;
}

export function ThreadHeader(props: Props) {
  const navigate = useNavigate();
  const c = () => props.conversation;
  const name = () => nameOf(c());
  const writes = () => typingIn(c().id, name());
  const assigned = () => memberById(c().agent_ids[0]);
  const others = () => c().agent_ids.length - 1;
  // Also one that was put out of sight: the ticket is open all the same.
  const stage = () => (c().open_ticket ? { name: stageName(c().open_ticket!.stage_id), archived: !stageById(c().open_ticket!.stage_id) } : undefined);

  /** Whether it was done. */
  const run = (action: Record<string, unknown>): Promise<boolean> =>
    bulk([c().id], action).then(
      (done) => {
        props.onChanged();
        return done.length > 0;
      },
      (problem: unknown) => {
        tellError(problem);
        return false;
      },
    );
  /** Gives it to oneself, and says whom it was taken from; the picker gives it away. */
  const assignMe = async (): Promise<void> => {
    // A copy: the list itself changes as the answers come in.
    const had = [...c().agent_ids];
    if (had.includes(me().id)) return;
    if (!(await assign(me().id))) return;
    const names = had.flatMap((id) => memberById(id)?.name ?? []).join(", ");
    const undo = async () => {
      for (const id of had) await run({ action: "assign", member_id: id });
      await run({ action: "unassign", member_id: me().id });
    };
    tell(names ? t("inbox.assigned_instead", { name: names }) : t("inbox.assigned_to_me"), { label: t("common.undo"), run: () => void undo() });
  };
  /** Gives it to somebody instead of whoever has it; to the one who has it already: takes it from them. */
  const assign = async (id: string): Promise<boolean> => {
    // A copy: the list itself changes as the answers come in.
    const had = [...c().agent_ids];
    if (had.includes(id)) return run({ action: "unassign", member_id: id });
    if (!(await run({ action: "assign", member_id: id }))) return false;
    for (const other of had) await run({ action: "unassign", member_id: other });
    return true;
  };
  const active = () => reference.members.filter((m) => m.active);
  const memberName = (m: Member) => (m.id === me().id ? t("inbox.me", { name: m.name }) : m.name);
  const choices = () => [
    ...active().map((m) => ({ id: m.id, label: memberName(m), mark: <Avatar name={m.name} of={m.id} size="s" presence={presenceOf(m)} /> })),
    // Two who answer together are the exception: said in words.
    ...(c().agent_ids.length === 0 ? [] : active().filter((m) => !c().agent_ids.includes(m.id)).map((m) => ({ id: ALSO + m.id, label: t("inbox.assign_also", { name: memberName(m) }) }))),
  ];
  const post = (verb: string, after?: () => void) =>
    void json<Conversation>("POST", `/conversations/${c().id}/${verb}`).then((next) => {
      props.onChanged(next);
      after?.();
    }, tellError);

  // Stages of the ticket's own pipeline first; without a ticket, of all.
  const stages = () => {
    const own = pipelineById(c().open_ticket?.pipeline_id);
    const pipelines = own ? [own, ...reference.pipelines.filter((p) => p !== own)] : reference.pipelines;
    // Nothing can be won or lost where nothing is open.
    return pipelines.flatMap((p) => p.stages.filter((x) => c().open_ticket || x.outcome === "open").map((x) => ({ id: x.id, label: pipelines.length > 1 ? `${x.name} · ${p.name}` : x.name })));
  };
  /** True: how it ended is asked first. */
  const [closing, setClosing] = createSignal<Stage | boolean>(false);
  const move = (id: string) => {
    const stage = stageById(id);
    if (stage && stage.outcome !== "open") setClosing(stage);
    else void run({ action: "move", stage_id: id });
  };

  const markUnread = () => {
    props.onUnread();
    post("unread", () => navigate(props.back));
  };
  const block = () => {
    const was = c().blocked;
    post(was ? "unblock" : "block", () => tell(was ? t("inbox.unblocked") : t("inbox.blocked"), { label: t("common.undo"), run: () => post(was ? "block" : "unblock") }));
  };
  const items = (): MenuItem[] => [
    { label: t("inbox.mark_unread"), icon: <InboxIcon />, run: markUnread },
    ...(c().open_ticket ? [{ label: t("inbox.close_ticket"), icon: <CheckIcon />, run: () => setClosing(true) }] : []),
    {
      label: c().blocked ? t("inbox.unblock") : t("inbox.block"),
      icon: <BanIcon />,
      apart: true,
      danger: !c().blocked,
      run: block,
    },
  ];

  const group = () => t("inbox.conversation");
  useShortcuts(
    { keys: "a", label: () => t("inbox.key_assign_me"), group, run: () => void assignMe() },
    { keys: "u", label: () => t("inbox.mark_unread"), group, run: markUnread },
    { keys: "e", label: () => t("inbox.close_ticket"), group, run: () => c().open_ticket && setClosing(true) },
    { keys: "p", label: () => t("inbox.key_profile"), group, run: () => props.onProfile() },
  );

  return (
    <header class={s.head}>
      <IconButton class={s.back} label={t("common.back")} onClick={() => navigate(props.back)}>
        <ChevronLeftIcon size={22} />
      </IconButton>
      <Avatar name={c().name} of={c().id} />
      <div class={s.who}>
        <h1 class="clip">
          <button type="button" class={s.name} onClick={() => props.onProfile()} title={t("inbox.profile")}>
            {name()}
          </button>
        </h1>
        <p class={`clip ${s.sub}`} aria-live="polite">
          <Show when={writes().length === 0} fallback={tn("inbox.writing", writes().length, { names: writes().join(", ") })}>
            <span class="clip">{[c().name ? phone(c().phone) || c().username : "", channelById(c().channel_id)?.name].filter(Boolean).join(" · ")}</span>
          </Show>
        </p>
      </div>
      <div class={s.tools}>
        <Show when={viewersOf(c().id).length > 0}>
          <span class={s.viewers} role="img" aria-label={t("inbox.also_here", { names: viewersOf(c().id).map((m) => m.name).join(", ") })} title={t("inbox.also_here", { names: viewersOf(c().id).map((m) => m.name).join(", ") })}>
            <For each={viewersOf(c().id).slice(0, 3)}>{(m) => <Avatar name={m.name} of={m.id} size="s" />}</For>
          </span>
        </Show>
        <Picker
          label={assigned() ? t("inbox.assigned_to", { name: c().agent_ids.flatMap((id) => memberById(id)?.name ?? []).join(", ") }) : t("inbox.assign")}
          triggerClass={s.tool}
          chosen={c().agent_ids}
          choices={choices()}
          onChoose={(id) => void (id.startsWith(ALSO) ? run({ action: "assign", member_id: id.slice(ALSO.length) }) : assign(id))}
          trigger={
            <Show when={assigned()} fallback={<><UserPlusIcon size={16} /><span class="clip">{t("inbox.assign")}</span></>}>
              {(m) => (
                <>
                  <Avatar name={m().name} of={m().id} size="s" />
                  <span class="sr">{t("inbox.assigned_to", { name: "" })}</span>
                  <span class="clip">{m().first_name || m().name}</span>
                  <Show when={others() > 0}>
                    <span>+{others()}</span>
                  </Show>
                </>
              )}
            </Show>
          }
        />
        <Picker
          label={stage() ? t("inbox.stage_is", { name: stage()!.name }) : t("inbox.open_ticket")}
          triggerClass={s.tool}
          chosen={c().open_ticket ? [c().open_ticket!.stage_id] : []}
          choices={stages()}
          onChoose={move}
          trigger={
            <>
              <BoardIcon size={16} />
              <Show when={stage()}>
                <span class="sr">{t("inbox.stage_is", { name: "" })}</span>
              </Show>
              <span class="clip">{stage()?.name ?? t("inbox.open_ticket")}</span>
              <Show when={stage()?.archived}>
                <Badge>{t("common.archived")}</Badge>
              </Show>
            </>
          }
        />
        <Menu label={t("inbox.conversation_menu")} items={items()} iconOnly>
          <MoreIcon />
        </Menu>
        <IconButton class={s.panel} label={t("inbox.profile")} pressed={props.profileOpen} onClick={() => props.onProfile()}>
          <PanelRightIcon />
        </IconButton>
      </div>
      <Show when={closing()} keyed>
        {(at) => (
          <CloseTicket
            conversation={c()}
            name={name()}
            stage={at === true ? undefined : at}
            onClose={() => setClosing(false)}
            onChanged={() => props.onChanged()}
            onOutcome={(outcome) => void run({ action: "close", outcome }).then((done) => done && tell(t("inbox.closed")))}
          />
        )}
      </Show>
    </header>
  );
}
