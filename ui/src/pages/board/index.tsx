// The board: a pipeline with its stages as columns and its tickets as cards.
import { Navigate, useNavigate, useParams, useSearchParams } from "@solidjs/router";
import { For, Show, createEffect, createMemo, createSignal, on, onCleanup } from "solid-js";
import { api, call } from "../../api/client";
import type { Stage, Ticket } from "../../api/types";
import { pipelineById, reference } from "../../data/reference";
import { t } from "../../i18n";
import { phone } from "../../i18n/format";
import { useShortcuts } from "../../keys/registry";
import { Button } from "../../parts/button";
import { SelectField, TextField } from "../../parts/field";
import { BoardIcon } from "../../parts/icons";
import { Page } from "../../parts/page";
import { Empty, Skeleton } from "../../parts/state";
import { plain } from "../../parts/text";
import { tell, tellError } from "../../parts/toast";
import { may } from "../../session";
import { createBoard, type Place } from "./board";
import { Closing } from "./closing";
import { Column } from "./column";
import { createHand } from "./hand";
import s from "./board.module.css";

export default function Screen() {
  const params = useParams<{ pipeline?: string }>();
  const navigate = useNavigate();
  const first = () => reference.pipelines[0]?.id;
  return (
    <Show when={reference.ready} fallback={<Page title={t("common.board")}><Skeleton lines={6} /></Page>}>
      <Show
        when={pipelineById(params.pipeline)}
        fallback={
          <Show
            when={first()}
            fallback={
              <Page title={t("common.board")} wide>
                <Empty
                  icon={<BoardIcon size={24} />}
                  title={t("board.no_pipeline")}
                  action={<Show when={may("setup:write")}><Button look="primary" onClick={() => navigate("/settings/pipelines")}>{t("board.make_pipeline")}</Button></Show>}
                >
                  {t("board.no_pipeline_text")}
                </Empty>
              </Page>
            }
          >
            <Navigate href={`/board/${first()}`} />
          </Show>
        }
      >
        <Whole id={params.pipeline!} />
      </Show>
    </Show>
  );
}

function Whole(props: { id: string }) {
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams<{ agent_id?: string; q?: string; ticket?: string }>();
  const pipeline = () => pipelineById(props.id);
  const stages = () => pipeline()?.stages ?? [];
  // Those of a pipeline that is gone itself have no other board.
  const archived = createMemo((): Place[] => {
    const here = reference.archived.filter((x) => x.pipeline_id === props.id || x.pipeline_archived);
    return here.map((x) => ({ id: x.id, name: x.pipeline_id === props.id ? x.name : `${x.name} · ${x.pipeline_name}`, outcome: "open", archived: true }));
  });
  const all = (): readonly Place[] => [...stages(), ...archived()];
  const board = createBoard(all, () => search.agent_id || undefined, () => search.q ?? "");
  /** Not one ticket anywhere: the first column says where they come from. */
  const blank = () => all().every((x) => board.inStage(x.id).length === 0);
  const inSight = () => [...stages(), ...archived().filter((x) => board.inStage(x.id).length > 0)];
  const stageOf = (x: Ticket) => all().find((stage) => stage.id === x.stage_id);
  const [closing, setClosing] = createSignal<{ ticket: Ticket; stage: Stage }>();
  const mayMove = () => may("tickets:write");
  let field!: HTMLInputElement;

  const name = (x: Ticket): string => {
    const person = board.people[x.contact_id];
    return person?.name || phone(person?.phone) || t("common.nameless");
  };
  const nameOf = (id: string) => (board.tickets[id] ? name(board.tickets[id]!) : "");
  const hand = createHand({ stages, known: all, name: nameOf, onDrop: (id, stage) => begin(board.tickets[id], stage) });
  const fits = (x: Ticket) => {
    const wanted = plain(search.q ?? "");
    if (!wanted) return true;
    if (board.search().ids.has(x.contact_id)) return true;
    const person = board.people[x.contact_id];
    const digits = wanted.replace(/\D/g, "");
    return plain(person?.name ?? "").includes(wanted) || (digits.length > 2 && (person?.phone ?? "").includes(digits));
  };
  const shown = (stage: string) => (search.q ? board.inStage(stage).filter(fits) : board.inStage(stage));

  /** A move that closes asks first. */
  function begin(ticket: Ticket | undefined, to: string): void {
    const stage = stages().find((x) => x.id === to);
    if (!ticket || !stage) return tellError(new Error(t("board.gone")));
    if (stage.outcome === "open") void move(ticket, stage, true);
    else setClosing({ ticket, stage });
  }

  async function move(ticket: Ticket, stage: Place, undoable: boolean, reason?: string): Promise<void> {
    const from = stageOf(ticket);
    const who = name(ticket);
    const done = board.move(ticket.id, stage.id, { reason });
    focusCard(ticket.id);
    try {
      await done;
      const text = t("board.put_down", { name: who, stage: stage.name });
      hand.say(text);
      if (undoable && from?.outcome === "open" && !from.archived)
        tell(t("board.moved", { name: who, stage: stage.name }), { label: t("common.undo"), run: () => void move(board.tickets[ticket.id] ?? ticket, from, false) });
    } catch (error) {
      hand.say(t("board.failed_back", { name: who, stage: from?.name ?? "" }));
      tellError(error);
      focusCard(ticket.id);
    }
  }

  const focusCard = (id: string): void => void requestAnimationFrame(() => document.getElementById(`card-${id}`)?.focus());

  // A link to one of them: its card is shown and marked; where it is not on the board, whose it is.
  const wanted = () => search.ticket;
  const looking = createMemo(() => all().some((x) => board.column(x.id).loading));
  createEffect(
    on([wanted, looking], ([id, busy]) => {
      if (!id || busy || board.tickets[id]) return;
      call(api.GET("/api/v1/tickets/{id}", { params: { path: { id } } })).then(
        (x) => wanted() === id && navigate(`/inbox/${x.contact_id}?profile=1`, { replace: true }),
        tellError,
      );
    }),
  );

  /** The filter, for another pipeline. */
  const kept = () => {
    const query = new URLSearchParams();
    for (const name of ["agent_id", "q"] as const) if (search[name]) query.set(name, search[name]!);
    return query.size > 0 ? `?${query}` : "";
  };

  const places = () => inSight().map((st) => shown(st.id).map((x) => x.id));

  // A card that changes its place in a column leaves the page for a moment, and with it goes the focus.
  let lastCard: string | undefined;
  const follow = (e: Event): void => {
    const at = e.type === "focusin" && e.target instanceof HTMLElement ? e.target.id : "";
    lastCard = at.startsWith("card-") ? at : undefined;
  };
  document.addEventListener("focusin", follow);
  document.addEventListener("pointerdown", follow);
  onCleanup(() => {
    document.removeEventListener("focusin", follow);
    document.removeEventListener("pointerdown", follow);
  });
  createEffect(
    on(
      () => places().flat().join(),
      () =>
        void requestAnimationFrame(() => {
          if (lastCard && document.activeElement === document.body) document.getElementById(lastCard)?.focus();
        }),
      { defer: true },
    ),
  );

  // A card that somebody else takes away out of the hand.
  let heldName = "";
  createEffect(() => {
    const held = hand.held();
    if (!held) return;
    const ticket = board.tickets[held.id];
    if (ticket) return void (heldName = name(ticket));
    hand.gone(heldName);
    const near = board.inStage(held.from)[0] ?? inSight().flatMap((x) => board.inStage(x.id))[0];
    if (near) focusCard(near.id);
  });

  const step = (columns: number, rows: number): void => {
    const id = document.activeElement?.id.replace(/^card-/, "");
    const all = places();
    const at = all.findIndex((ids) => ids.includes(id ?? ""));
    if (at < 0) return focusCard(all.find((ids) => ids.length > 0)?.[0] ?? "");
    const row = all[at]!.indexOf(id!);
    if (columns === 0) return focusCard(all[at]![Math.min(Math.max(row + rows, 0), all[at]!.length - 1)] ?? "");
    let c = at + columns;
    while (all[c]?.length === 0) c += columns;
    const there = all[c];
    if (there) focusCard(there[Math.min(row, there.length - 1, 4)]!);
  };

  const onKey = (e: KeyboardEvent) => {
    const card = e.target instanceof HTMLElement && e.target.id.startsWith("card-") ? e.target.id.slice(5) : undefined;
    const held = hand.held()?.by === "keys";
    const key = e.key;
    if (held) {
      if (key === "ArrowLeft") hand.shift(-1);
      else if (key === "ArrowRight") hand.shift(1);
      else if (key === " " || key === "Enter") hand.drop();
      else if (key === "Escape" || key === "Tab") hand.cancel();
      else if (!/^Arrow/.test(key)) return;
    } else if (card && key === " " && mayMove() && board.tickets[card]) hand.pick(card, board.tickets[card]!.stage_id);
    else if (card && key === "ArrowDown") step(0, 1);
    else if (card && key === "ArrowUp") step(0, -1);
    else if (card && key === "ArrowRight") step(1, 0);
    else if (card && key === "ArrowLeft") step(-1, 0);
    else return;
    if (key !== "Tab") e.preventDefault();
  };

  const group = () => t("common.board");
  useShortcuts(
    { keys: "j", label: () => t("board.key_next"), group, run: () => step(0, 1) },
    { keys: "k", label: () => t("board.key_previous"), group, run: () => step(0, -1) },
    { keys: "l", label: () => t("board.key_column"), group, run: () => step(1, 0) },
    { keys: "h", label: () => t("board.key_column_before"), group, run: () => step(-1, 0) },
    { keys: "Space", label: () => t("board.key_pick"), group, run: () => step(0, 0) },
    { keys: "/", label: () => t("board.key_find"), group, run: () => field.focus() },
  );

  return (
    <Page
      title={pipeline()?.name ?? t("common.board")}
      fill
      actions={
        <div class={s.tools}>
          <Show when={reference.pipelines.length > 1}>
            <SelectField label={t("board.pipeline")} hideLabel value={props.id} onChange={(e) => navigate(`/board/${e.currentTarget.value}${kept()}`)}>
              <For each={reference.pipelines}>{(p) => <option value={p.id} selected={p.id === props.id}>{p.name}</option>}</For>
            </SelectField>
          </Show>
          <SelectField label={t("board.agent")} hideLabel onChange={(e) => setSearch({ agent_id: e.currentTarget.value || undefined })}>
            <option value="">{t("board.anybody")}</option>
            <For each={reference.members.filter((m) => m.active)}>{(m) => <option value={m.id} selected={m.id === search.agent_id}>{m.name}</option>}</For>
          </SelectField>
          <div class={s.find}>
            <TextField
              ref={field}
              type="search"
              label={t("board.find")}
              hideLabel
              placeholder={t("board.find")}
              value={search.q ?? ""}
              onInput={(e) => setSearch({ q: e.currentTarget.value || undefined }, { replace: true })}
            />
          </div>
        </div>
      }
    >
      <p id="board-help" class="sr">
        {t("board.card_help")}
      </p>
      <p class="sr" aria-live="assertive" data-said>
        {hand.said()}
      </p>
      <div class={s.columns} role="group" aria-label={t("board.columns", { pipeline: pipeline()?.name ?? "" })} onKeyDown={onKey}>
        <For each={inSight()}>
          {(stage) => (
            <Column
              stage={stage}
              stages={stages()}
              tickets={shown(stage.id)}
              filtered={Boolean(search.q || search.agent_id)}
              searched={search.q ? board.search() : undefined}
              first={blank() && stage.id === inSight()[0]?.id}
              board={board}
              hand={hand}
              name={name}
              mayMove={mayMove()}
              marked={wanted()}
              onMove={begin}
              onAssign={(x, agent) => void board.assign(x.id, agent).catch(tellError)}
            />
          )}
        </For>
      </div>
      <Show when={closing()} keyed>
        {(c) => (
          <Closing
            ticket={c.ticket}
            stage={c.stage}
            outcome={c.stage.outcome}
            name={name(c.ticket)}
            // One that was closed already is moved on from there.
            gone={!board.tickets[c.ticket.id] || board.tickets[c.ticket.id]!.status !== c.ticket.status}
            onSaved={board.put}
            onClose={() => {
              setClosing(undefined);
              hand.say(t("board.left", { name: name(c.ticket), stage: stageOf(c.ticket)?.name ?? "" }));
            }}
            onDone={(reason) => {
              setClosing(undefined);
              void move(c.ticket, c.stage, false, reason);
            }}
          />
        )}
      </Show>
    </Page>
  );
}
