// All rules of structuring: what they say, how they came about, and how to be rid of them.
import { useSearchParams } from "@solidjs/router";
import { For, Show, createResource, createSignal } from "solid-js";
import { api, call } from "../../api/client";
import type { Rule } from "../../api/types";
import { memberById } from "../../data/reference";
import { t, tx } from "../../i18n";
import { shortTime } from "../../i18n/format";
import { epoch } from "../../live/stream";
import { Badge, type Tone } from "../../parts/badge";
import { Button } from "../../parts/button";
import { SelectField } from "../../parts/field";
import { SparklesIcon } from "../../parts/icons";
import { Empty, Failed, Skeleton } from "../../parts/state";
import { Table } from "../../parts/table";
import { tellError } from "../../parts/toast";
import { may } from "../../session";
import { forget } from "./learnt";
import { ruleText } from "./words";
import s from "./reviews.module.css";

const STANDINGS = ["confirmed", "learned", "denied", "counting"] as const;
const TONES: Record<string, Tone> = { confirmed: "success", learned: "accent", denied: "danger", counting: "neutral" };

export function Rules() {
  const [params, setParams] = useSearchParams<{ standing?: string }>();
  const [gone, setGone] = createSignal<ReadonlySet<string>>(new Set());
  const [rules, { refetch }] = createResource(
    () => [params.standing, epoch()] as const,
    async ([standing]) => {
      const all: Rule[] = [];
      let cursor: string | undefined;
      do {
        const page = await call(api.GET("/api/v1/structuring/rules", { params: { query: { limit: 200, cursor, standing: (standing || undefined) as never } } }));
        all.push(...page.data);
        cursor = page.next_cursor ?? undefined;
      } while (cursor && all.length < 5000);
      return all;
    },
  );
  const shown = () => (rules() ?? []).filter((r) => !gone().has(r.id));
  const remove = (rule: Rule) => {
    setGone(new Set([...gone(), rule.id]));
    forget(rule.id).catch((error: unknown) => {
      setGone(new Set([...gone()].filter((id) => id !== rule.id)));
      tellError(error);
    });
  };
  return (
    <div class={s.queue}>
      <div class={s.filters}>
        <SelectField label={t("reviews.standing")} onChange={(e) => setParams({ standing: e.currentTarget.value || undefined })}>
          <option value="">{t("reviews.standing_all")}</option>
          <For each={STANDINGS}>{(x) => <option value={x} selected={x === params.standing}>{t(`reviews.standing_${x}`)}</option>}</For>
        </SelectField>
      </div>
      <Show when={!rules.error} fallback={<Failed error={rules.error} onRetry={refetch} />}>
        <Show when={rules()} fallback={<Skeleton lines={5} />}>
          <Show when={shown().length > 0} fallback={<Empty icon={<SparklesIcon size={24} />} title={t("reviews.no_rules")}>{t("reviews.no_rules_text")}</Empty>}>
            <Table
              label={t("reviews.rules")}
              rows={shown()}
              columns={[
                { head: t("reviews.rule"), cell: (r) => ruleText(r) },
                { head: t("reviews.source"), cell: (r) => r.source ?? "" },
                {
                  head: t("reviews.standing"),
                  cell: (r) => <Badge tone={TONES[r.standing] ?? "neutral"}>{r.standing === "counting" ? t("reviews.rule_counting", { votes: r.votes }) : tx("reviews", `standing_${r.standing}`, r.standing)}</Badge>,
                },
                { head: t("reviews.since"), cell: (r) => [shortTime(r.updated_at), memberById(r.actor.id)?.name].filter(Boolean).join(" · ") },
                {
                  head: t("common.delete"),
                  hideHead: true,
                  cell: (r) => (
                    <Show when={may("setup:write")}>
                      <Button small onClick={() => remove(r)} aria-label={`${t("reviews.forget")}: ${ruleText(r)}`}>{t("reviews.forget")}</Button>
                    </Show>
                  ),
                },
              ]}
            />
          </Show>
        </Show>
      </Show>
    </div>
  );
}
