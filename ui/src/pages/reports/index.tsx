// Reports: what a team lead looks at in the morning. The choice is in the address.
import { useSearchParams } from "@solidjs/router";
import { For, Show } from "solid-js";
import { reference } from "../../data/reference";
import { t } from "../../i18n";
import { SelectField } from "../../parts/field";
import { Page } from "../../parts/page";
import { Card } from "./card";
import { REPORTS, span, type Query } from "./data";
import s from "./reports.module.css";

const SPANS = [7, 30, 90] as const;
const GROUPS = ["day", "hour", "channel", "agent", "pipeline"] as const;

export default function Screen() {
  const [params, setParams] = useSearchParams<{ days?: string; channel_id?: string; agent_id?: string; pipeline_id?: string; group?: string }>();
  const days = () => SPANS.find((d) => String(d) === params.days) ?? 30;
  const group = () => GROUPS.find((g) => g === params.group) ?? "day";
  const query = (report: (typeof REPORTS)[number]): Query => ({
    ...span(days()),
    channel_id: params.channel_id || undefined,
    agent_id: params.agent_id || undefined,
    pipeline_id: params.pipeline_id || undefined,
    // By day is about a span of time: who waits now is by agent.
    group: report === "waiting" && (group() === "day" || group() === "hour") ? "agent" : group(),
  });
  const set = (name: string) => (e: { currentTarget: HTMLSelectElement }) => setParams({ [name]: e.currentTarget.value || undefined });
  return (
    <Page title={t("common.reports")} wide>
      <div class={s.choice}>
        <SelectField label={t("reports.span")} onChange={set("days")}>
          <For each={SPANS}>{(d) => <option value={d} selected={d === days()}>{t(`reports.span_${d}`)}</option>}</For>
        </SelectField>
        <SelectField label={t("reports.group")} onChange={set("group")}>
          <For each={GROUPS}>{(g) => <option value={g} selected={g === group()}>{t(`reports.group_${g}`)}</option>}</For>
        </SelectField>
        <SelectField label={t("reports.channel")} onChange={set("channel_id")}>
          <option value="">{t("common.all")}</option>
          <For each={reference.channels}>{(c) => <option value={c.id} selected={c.id === params.channel_id}>{c.name}</option>}</For>
        </SelectField>
        <SelectField label={t("reports.agent")} onChange={set("agent_id")}>
          <option value="">{t("common.all")}</option>
          <For each={reference.members.filter((m) => m.active)}>{(m) => <option value={m.id} selected={m.id === params.agent_id}>{m.name}</option>}</For>
        </SelectField>
        <Show when={reference.pipelines.length > 1}>
          <SelectField label={t("reports.pipeline")} onChange={set("pipeline_id")}>
            <option value="">{t("common.all")}</option>
            <For each={reference.pipelines}>{(p) => <option value={p.id} selected={p.id === params.pipeline_id}>{p.name}</option>}</For>
          </SelectField>
        </Show>
      </div>
      <div class={s.cards}>
        <For each={REPORTS}>{(report) => <Card report={report} query={query(report)} />}</For>
      </div>
    </Page>
  );
}
