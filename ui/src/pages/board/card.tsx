// A ticket as a card: whose, how much, with whom, for how long.
import { A } from "@solidjs/router";
import { Show, onMount } from "solid-js";
import type { Ticket } from "../../api/types";
import { memberById, reference } from "../../data/reference";
import { t } from "../../i18n";
import { duration, money, now, phone, shortTime } from "../../i18n/format";
import { Avatar } from "../../parts/avatar";
import { MoreIcon } from "../../parts/icons";
import { Menu, type MenuItem } from "../../parts/menu";
import type { Board, Place } from "./board";
import type { Hand } from "./hand";
import s from "./card.module.css";

interface Props {
  ticket: Ticket;
  stages: readonly Place[];
  board: Board;
  hand: Hand;
  name: string;
  mayMove: boolean;
  marked: boolean;
  onMove: (stage: string) => void;
  onAssign: (agent: string | null) => void;
}

export function Card(props: Props) {
  let element!: HTMLElement;
  const x = () => props.ticket;
  const agent = () => memberById(x().agent_id);
  const person = () => props.board.people[x().contact_id];
  const held = () => props.hand.held()?.id === x().id;
  onMount(() => props.board.wantPerson(x().contact_id));

  const menu = (): MenuItem[] => [
    ...props.stages.filter((st) => st.id !== x().stage_id).map((st): MenuItem => ({ label: t("board.move_to", { stage: st.name }), run: () => props.onMove(st.id) })),
    ...(x().status === "open"
      ? [
          { label: t("board.unassigned"), apart: true, checked: !x().agent_id, run: () => props.onAssign(null) },
          ...reference.members.filter((m) => m.active).map((m) => ({ label: m.name, checked: m.id === x().agent_id, run: () => props.onAssign(m.id) })),
        ]
      : []),
  ];

  return (
    <article
      ref={(el) => {
        element = el;
        if (props.mayMove) props.hand.card(element, () => ({ ticket: x().id, stage: x().stage_id }));
      }}
      class={s.card}
      classList={{ [s.held!]: held(), [s.pending!]: props.board.isMoving(x().id), [s.marked!]: props.marked }}
      data-ticket={x().id}
    >
      <A
        id={`card-${x().id}`}
        href={`/inbox/${x().contact_id}`}
        class={s.link}
        draggable={false}
        aria-describedby={props.mayMove ? "board-help" : undefined}
      >
        <span class={s.name}>{props.name}</span>
      </A>
      <p class={s.line}>
        <span class="clip">{person()?.phone && person()?.name ? phone(person()!.phone) : " "}</span>
        <Show when={x().amount}>
          <strong class={s.amount}>{money(x().amount!, x().currency)}</strong>
        </Show>
      </p>
      <p class={s.foot}>
        <span class="clip" title={t("board.in_stage", { time: duration(now() - Date.parse(x().stage_since)) })}>
          {x().status === "closed" && x().closed_at ? shortTime(x().closed_at!) : duration(now() - Date.parse(x().stage_since))}
        </span>
        <span class={s.agent}>
          <Show when={agent()} fallback={<span class="muted">{t("board.unassigned")}</span>}>
            {(m) => (
              <>
                <Avatar name={m().name} of={m().id} size="s" />
                <span class="clip">{m().first_name || m().name}</span>
              </>
            )}
          </Show>
        </span>
      </p>
      <Show when={props.mayMove}>
        <div class={s.menu}>
          <Menu label={t("board.card_menu", { name: props.name })} iconOnly class={s.dots} items={menu()}>
            <MoreIcon size={16} />
          </Menu>
        </div>
      </Show>
    </article>
  );
}
