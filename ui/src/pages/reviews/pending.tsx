// The queue itself, made for the keyboard: a row in the light, more of them chosen, one key for each decision.
import { useNavigate, useSearchParams } from "@solidjs/router";
import { For, Show, createMemo, createSignal } from "solid-js";
import type { Review } from "../../api/types";
import { reference } from "../../data/reference";
import { t, tn } from "../../i18n";
import { useShortcuts, type Shortcut } from "../../keys/registry";
import { Button } from "../../parts/button";
import { SelectField } from "../../parts/field";
import { CheckIcon, CloseIcon, PencilIcon, PlusIcon, ReviewsIcon, ZapIcon, BanIcon } from "../../parts/icons";
import { Empty, Failed, Skeleton } from "../../parts/state";
import { tell, tellError } from "../../parts/toast";
import { may } from "../../session";
import { Change } from "./change";
import { MakeField } from "./makefield";
import { createQueue, type Decision } from "./queue";
import { Row } from "./row";
import { refusedText } from "./words";
import s from "./reviews.module.css";

const REASONS = ["low_confidence", "differs_from_known", "different_phone", "conflict", "doubted"] as const;
type Plain = "accept" | "always" | "reject" | "never";

export function Pending() {
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams<{ reason?: string; target?: string }>();
  const queue = createQueue(() => ({ reason: params.reason || undefined, target: params.target || undefined }));
  const [chosen, setChosen] = createSignal<ReadonlySet<string>>(new Set());
  const [at, setAt] = createSignal("");
  const [changing, setChanging] = createSignal<readonly Review[]>();
  const [making, setMaking] = createSignal<readonly Review[]>();
  const mayDecide = () => may("contacts:write");

  const current = createMemo(() => (queue.rows.order.includes(at()) ? at() : (queue.pending()[0] ?? "")));
  const isOpen = (id: string) => queue.pending().includes(id);
  /** What a decision is about: the chosen ones, else the one in the light. */
  const about = (): string[] => {
    const many = queue.pending().filter((id) => chosen().has(id));
    return many.length > 0 ? many : isOpen(current()) ? [current()] : [];
  };
  const reviews = () => about().map((id) => queue.rows.by[id]!.review);

  const focus = (id: string) => {
    setAt(id);
    requestAnimationFrame(() => {
      const el = document.getElementById(`review-${id}`);
      el?.focus({ preventScroll: true });
      el?.scrollIntoView({ block: "nearest" });
    });
  };
  const step = (by: number) => {
    const ids = queue.rows.order;
    const next = ids[Math.min(Math.max(ids.indexOf(current()) + by, 0), ids.length - 1)];
    if (next) focus(next);
    if (queue.rows.next && !queue.rows.loading && ids.indexOf(current()) > ids.length - 6) queue.more();
  };
  const toggle = (id: string, on = !chosen().has(id)) => {
    const next = new Set(chosen());
    if (on) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  const extend = (by: number) => {
    toggle(current(), true);
    step(by);
    toggle(at(), true);
  };
  const all = () => setChosen(chosen().size >= queue.pending().length ? new Set<string>() : new Set(queue.pending()));

  async function decide(list: { id: string; decision: Decision }[]): Promise<void> {
    if (list.length === 0 || !mayDecide()) return;
    const taken = new Set(list.map((x) => x.id));
    // On to what is next, before the answer is there.
    const order = queue.rows.order;
    const last = Math.max(...list.map((x) => order.indexOf(x.id)));
    const open = (id: string) => !taken.has(id) && isOpen(id);
    const next = order.slice(last).find(open) ?? order.find(open);
    setChosen(new Set<string>());
    if (next) focus(next);
    try {
      const done = await queue.decide(list);
      if (done > 0) tell(tn("reviews.decided", done));
      if (done < list.length) tellError(new Error(tn("reviews.some_failed", list.length - done)));
    } catch (error) {
      tellError(error);
    }
  }
  const plain = (decision: Plain) => void decide(about().map((id) => ({ id, decision: { decision } })));

  const group = () => t("common.reviews");
  const key = (keys: string, label: Shortcut["label"], run: () => void): Shortcut => ({ keys, label, group, run });
  useShortcuts(
    key("j", () => t("reviews.key_next"), () => step(1)),
    key("k", () => t("reviews.key_previous"), () => step(-1)),
    key("ArrowDown", () => t("reviews.key_next"), () => step(1)),
    key("ArrowUp", () => t("reviews.key_previous"), () => step(-1)),
    key("x", () => t("reviews.key_select"), () => isOpen(current()) && toggle(current())),
    key("shift+ArrowDown", () => t("reviews.key_extend"), () => extend(1)),
    key("shift+j", () => t("reviews.key_extend"), () => extend(1)),
    key("mod+a", () => t("reviews.key_all"), all),
    key("a", () => t("reviews.accept"), () => plain("accept")),
    key("shift+a", () => t("reviews.always"), () => plain("always")),
    key("r", () => t("reviews.reject"), () => plain("reject")),
    key("shift+r", () => t("reviews.never"), () => plain("never")),
    key("c", () => t("reviews.correct"), () => about().length > 0 && setChanging(reviews())),
    key("f", () => t("reviews.make_field"), () => about().length > 0 && setMaking(reviews())),
    key("o", () => t("reviews.key_open"), () => queue.rows.by[current()] && navigate(`/inbox/${queue.rows.by[current()]!.review.contact.id}`)),
  );

  const targets = () => [
    ...(["phone", "email", "name"] as const).map((x): [string, string] => [x, t(`reviews.target_${x}`)]),
    ...reference.fields.filter((f) => f.entity === "customer").map((f): [string, string] => [`field:${f.key}`, f.name]),
  ];
  const filtered = () => Boolean(params.reason || params.target);

  return (
    <div class={s.queue}>
      <div class={s.filters}>
        <p class="muted">{t("reviews.intro")}</p>
        <SelectField label={t("reviews.reason")} hideLabel onChange={(e) => setParams({ reason: e.currentTarget.value || undefined })}>
          <option value="">{t("reviews.all_reasons")}</option>
          <For each={REASONS}>{(r) => <option value={r} selected={r === params.reason}>{t(`reviews.reason_${r}`)}</option>}</For>
        </SelectField>
        <SelectField label={t("reviews.target")} hideLabel onChange={(e) => setParams({ target: e.currentTarget.value || undefined })}>
          <option value="">{t("reviews.all_targets")}</option>
          <For each={targets()}>{([id, label]) => <option value={id} selected={id === params.target}>{label}</option>}</For>
        </SelectField>
      </div>
      <Show when={!queue.rows.error || queue.rows.order.length > 0} fallback={<Failed error={queue.rows.error} onRetry={queue.reload} />}>
        <Show when={!queue.rows.loading || queue.rows.order.length > 0} fallback={<Skeleton lines={7} />}>
          <Show
            when={queue.rows.order.length > 0}
            fallback={
              <Empty icon={<ReviewsIcon size={24} />} title={t("reviews.empty")} action={<Show when={filtered()}><Button onClick={() => setParams({ reason: undefined, target: undefined })}>{t("common.all")}</Button></Show>}>
                {t("reviews.empty_text")}
              </Empty>
            }
          >
            <Show when={mayDecide()}>
              <div class={s.bar} role="toolbar" aria-label={t("reviews.actions")}>
                <span class={s.howMany}>
                  <Show when={chosen().size > 0} fallback={<Button small look="quiet" onClick={all}>{t("reviews.select_all")}</Button>}>
                    <strong>{tn("reviews.selected", chosen().size)}</strong>
                    <Button small look="quiet" onClick={() => setChosen(new Set<string>())}>{t("reviews.select_none")}</Button>
                  </Show>
                </span>
                <Act icon={<CheckIcon size={16} />} label={t("reviews.accept")} cap="A" disabled={about().length === 0} run={() => plain("accept")} />
                <Act icon={<ZapIcon size={16} />} label={t("reviews.always")} cap="⇧A" title={t("reviews.always_hint")} disabled={about().length === 0} run={() => plain("always")} />
                <Act icon={<PencilIcon size={16} />} label={t("reviews.correct")} cap="C" disabled={about().length === 0} run={() => setChanging(reviews())} />
                <Act icon={<CloseIcon size={16} />} label={t("reviews.reject")} cap="R" disabled={about().length === 0} run={() => plain("reject")} />
                <Act icon={<BanIcon size={16} />} label={t("reviews.never")} cap="⇧R" title={t("reviews.never_hint")} disabled={about().length === 0} run={() => plain("never")} />
                <Act icon={<PlusIcon size={16} />} label={t("reviews.make_field")} cap="F" disabled={about().length === 0} run={() => setMaking(reviews())} />
                <Show when={queue.decided().length > 0}>
                  <Button small look="quiet" onClick={queue.clear}>{t("reviews.clear_decided")}</Button>
                </Show>
              </div>
            </Show>
            <ul class={s.rows} aria-label={t("reviews.list")}>
              <For each={queue.rows.order}>
                {(id) => (
                  <Show when={queue.rows.by[id]}>
                    {(row) => (
                      <Row
                        row={row()}
                        lit={id === current()}
                        chosen={chosen().has(id)}
                        mayDecide={mayDecide()}
                        onLight={() => setAt(id)}
                        onChoose={(on) => toggle(id, on)}
                        onOverwrite={() => row().asked && void decide([{ id, decision: { ...row().asked!, overwrite: true } }])}
                        onForgot={queue.forgot}
                      />
                    )}
                  </Show>
                )}
              </For>
            </ul>
            <Show when={queue.rows.next}>
              <Button busy={queue.rows.loading} onClick={queue.more}>{t("common.load_more")}</Button>
            </Show>
          </Show>
        </Show>
      </Show>
      <Show when={changing()} keyed>
        {(list) => (
          <Change
            reviews={list}
            onClose={() => setChanging(undefined)}
            onDecide={async (decision) => {
              await decide(list.map((r) => ({ id: r.id, decision })));
              const refused = list.map((r) => queue.rows.by[r.id]).find((row) => row?.state === "failed");
              // What was typed stays until it is taken.
              if (refused?.error && refused.error.code !== "changed_since") return refusedText(refused.error);
              setChanging(undefined);
              return undefined;
            }}
          />
        )}
      </Show>
      <Show when={making()} keyed>
        {(list) => (
          <MakeField
            reviews={list}
            onClose={() => setMaking(undefined)}
            onDecide={(decisions) => {
              setMaking(undefined);
              void decide(decisions);
            }}
          />
        )}
      </Show>
    </div>
  );
}

function Act(props: { icon: import("solid-js").JSX.Element; label: string; cap: string; title?: string; disabled: boolean; run: () => void }) {
  return (
    <Button small icon={props.icon} title={props.title} disabled={props.disabled} onClick={() => props.run()}>
      {props.label} <kbd aria-hidden="true">{props.cap}</kbd>
    </Button>
  );
}
