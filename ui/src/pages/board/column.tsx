// A stage as a column: how many, how much, and the cards, of which only those in sight are drawn.
import { For, Match, Show, Switch, createEffect, createSignal } from "solid-js";
import type { Ticket } from "../../api/types";
import { t, tn } from "../../i18n";
import { number } from "../../i18n/format";
import { Badge } from "../../parts/badge";
import { Button } from "../../parts/button";
import { CheckIcon, CloseIcon, RefreshIcon } from "../../parts/icons";
import { Skeleton } from "../../parts/state";
import { createVirtual } from "../../parts/virtual";
import type { Board, Place } from "./board";
import { Card } from "./card";
import type { Hand } from "./hand";
import { sumText } from "./sums";
import s from "./board.module.css";

const CARD = 94;

interface Props {
  stage: Place;
  /** Where its cards may go. */
  stages: readonly Place[];
  tickets: readonly Ticket[];
  filtered: boolean;
  /** Whether it is searched, how far that is, and whether all that match are here. */
  searched: { busy: boolean; cut: boolean } | undefined;
  /** The first column of a board without one ticket. */
  first: boolean;
  board: Board;
  hand: Hand;
  name: (ticket: Ticket) => string;
  mayMove: boolean;
  /** The ticket that a link leads to. */
  marked: string | undefined;
  onMove: (ticket: Ticket, stage: string) => void;
  onAssign: (ticket: Ticket, agent: string | null) => void;
}

export function Column(props: Props) {
  const [scroller, setScroller] = createSignal<HTMLElement>();
  const keys = () => props.tickets.map((x) => x.id);
  const virtual = createVirtual({ keys, scroller, height: () => CARD, spare: 4, padding: [0, 8] });
  const state = () => props.board.column(props.stage.id);
  /** There are more than these. */
  const more = () => (props.searched ? props.searched.cut : state().next !== null);
  const sum = () => (sumText(props.tickets) ? part(sumText(props.tickets)) : more() ? "" : t("board.no_sum"));
  const part = (text: string) => (more() ? t("board.more_than", { count: text }) : text);
  const count = () => part(number(props.tickets.length));
  const over = () => {
    const h = props.hand.held();
    return h !== null && h.over === props.stage.id && h.from !== props.stage.id;
  };

  // Fetches on before the end comes into sight.
  createEffect(() => {
    if (!props.searched && state().next && virtual.lastIndex() >= props.tickets.length - 10) void props.board.more(props.stage);
  });
  // Once, when it is there: afterwards one goes where one wants.
  let led: string | undefined;
  createEffect(() => {
    const id = props.marked;
    const at = id ? keys().indexOf(id) : -1;
    if (!id || at < 0 || id === led || state().loading) return;
    led = id;
    virtual.toIndex(at);
    const focus = (tries: number): void => {
      const card = document.getElementById(`card-${id}`);
      if (card) (card.scrollIntoView({ block: "nearest", inline: "center" }), card.focus());
      else if (tries > 0) requestAnimationFrame(() => focus(tries - 1));
    };
    requestAnimationFrame(() => focus(30));
  });
  createEffect(() => {
    if (over() && props.hand.held()?.by === "keys") scroller()?.parentElement?.scrollIntoView({ block: "nearest", inline: "nearest" });
  });

  return (
    <section
      ref={(el) => !props.stage.archived && props.hand.column(el, () => props.stage.id)}
      class={s.column}
      classList={{ [s.over!]: over(), [s.archived!]: props.stage.archived }}
      aria-labelledby={`stage-${props.stage.id}`}
      data-stage={props.stage.id}
    >
      <header class={s.head}>
        <h2 id={`stage-${props.stage.id}`} class="clip" title={props.stage.name}>
          {props.stage.name}
        </h2>
        <Show when={props.stage.archived}>
          <Badge title={t("board.archived_text")}>{t("common.archived")}</Badge>
        </Show>
        <Show when={props.stage.outcome !== "open"}>
          <span class={props.stage.outcome === "won" ? s.won : s.lost}>
            {props.stage.outcome === "won" ? <CheckIcon size={15} /> : <CloseIcon size={15} />}
          </span>
        </Show>
        <span class={s.count}>
          <Badge>
            <span aria-hidden="true">{count()}</span>
            <span class="sr">{part(tn("board.cards", props.tickets.length))}</span>
          </Badge>
        </span>
        <span class={s.sum} title={more() ? t("board.sum_part") : undefined}>
          {sum()}
        </span>
      </header>
      <div class={s.cards} ref={setScroller} tabindex="-1">
        <Switch>
          <Match when={state().error && props.tickets.length === 0}>
            <div class={s.none} role="alert">
              <p>{t("board.column_failed")}</p>
              <Button small icon={<RefreshIcon size={15} />} onClick={() => props.board.reload(props.stage)}>
                {t("common.try_again")}
              </Button>
            </div>
          </Match>
          <Match when={(state().loading || props.searched?.busy) && props.tickets.length === 0}>
            <Skeleton lines={4} />
          </Match>
          <Match when={props.tickets.length === 0}>
            <p class={s.none}>{over() ? t("board.column_drop") : props.searched?.cut ? t("board.column_cut") : props.filtered ? t("board.column_no_match") : t(props.first ? "board.column_first" : "board.column_empty")}</p>
          </Match>
        </Switch>
        <ul class={s.list} style={{ height: `${virtual.total()}px` }} aria-labelledby={`stage-${props.stage.id}`}>
          <For each={virtual.visible()}>
            {(id) => (
              <Show when={props.board.tickets[id]}>
                {(ticket) => (
                  <li class={s.place} style={{ transform: `translateY(${virtual.at(id)?.start ?? 0}px)` }} aria-setsize={more() ? -1 : props.tickets.length} aria-posinset={(virtual.at(id)?.index ?? 0) + 1}>
                    <Card
                      ticket={ticket()}
                      stages={props.stages}
                      board={props.board}
                      hand={props.hand}
                      name={props.name(ticket())}
                      mayMove={props.mayMove}
                      marked={props.marked === id}
                      onMove={(stage) => props.onMove(ticket(), stage)}
                      onAssign={(agent) => props.onAssign(ticket(), agent)}
                    />
                  </li>
                )}
              </Show>
            )}
          </For>
        </ul>
      </div>
    </section>
  );
}
