import { useSearchParams } from "@solidjs/router";
import { For, Show } from "solid-js";
import type { Counts, View } from "../../../api/contract";
import { reference } from "../../../data/reference";
import { t } from "../../../i18n";
import { Button } from "../../../parts/button";
import { Checkbox, SelectField } from "../../../parts/field";
import { FilterIcon } from "../../../parts/icons";
import { Popover } from "../../../parts/popover";
import { narrowing, type Filter } from "../filter";
import s from "./filters.module.css";

const VIEWS: { id: View; label: () => string }[] = [
  { id: "all", label: () => t("inbox.view_all") },
  { id: "mine", label: () => t("inbox.view_mine") },
  { id: "unassigned", label: () => t("inbox.view_unassigned") },
  { id: "unread", label: () => t("inbox.view_unread") },
  { id: "waiting", label: () => t("inbox.view_waiting") },
];

export function Views(props: { filter: Filter; counts: Counts | undefined }) {
  const [, setParams] = useSearchParams();
  const count = (view: View) => {
    const n = props.counts?.[view];
    return n === undefined ? "\u2007" : n >= 1000 ? "999+" : String(n);
  };
  return (
    <nav class={s.views} aria-label={t("inbox.views")}>
      <For each={VIEWS}>
        {(v) => (
          <button
            type="button"
            class={s.view}
            aria-current={props.filter.view === v.id ? "true" : undefined}
            onClick={() => setParams({ view: v.id === "all" ? undefined : v.id })}
          >
            {v.label()}
            <span class={s.n}>{count(v.id)}</span>
          </button>
        )}
      </For>
    </nav>
  );
}

/** What the panel sets, all of it off. */
export const NO_FILTERS = { channel_id: undefined, pipeline_id: undefined, stage_id: undefined, tag_id: undefined, agent_id: undefined, blocked: undefined };

export function Filters(props: { filter: Filter }) {
  const [, setParams] = useSearchParams();
  const set = (name: string) => (e: { currentTarget: HTMLSelectElement }) => setParams({ [name]: e.currentTarget.value || undefined });
  const n = () => narrowing(props.filter);
  return (
    <Popover
      label={n() > 0 ? t("inbox.filters_on", { count: n() }) : t("inbox.filters")}
      iconOnly
      trigger={
        <span class={s.trigger} classList={{ [s.on!]: n() > 0 }}>
          <FilterIcon size={17} />
        </span>
      }
      class={s.panel}
      placement="bottom-end"
    >
      {(close) => (
        <div class={s.fields}>
          <SelectField label={t("inbox.channel")} onChange={set("channel_id")}>
            <Options none={t("common.all")} at={props.filter.channel_id} rows={reference.channels.map((c) => [c.id, c.name])} />
          </SelectField>
          <SelectField label={t("inbox.stage")} onChange={set("stage_id")}>
            <option value="">{t("common.all")}</option>
            <For each={reference.pipelines}>
              {(p) => (
                <optgroup label={p.name}>
                  {/* What is won or lost is no conversation's any more; a link may have it all the same. */}
                  <For each={p.stages.filter((x) => x.outcome === "open" || x.id === props.filter.stage_id)}>
                    {(x) => (
                      <option value={x.id} selected={x.id === props.filter.stage_id}>
                        {x.name}
                      </option>
                    )}
                  </For>
                </optgroup>
              )}
            </For>
          </SelectField>
          <SelectField label={t("inbox.tag")} onChange={set("tag_id")}>
            <Options
              none={t("common.all")}
              at={props.filter.tag_id?.toString()}
              rows={reference.tags.filter((x) => x.entity_type === "CONTACT").map((x) => [String(x.id), x.value])}
            />
          </SelectField>
          <SelectField label={t("inbox.agent")} onChange={set("agent_id")}>
            <Options none={t("common.all")} at={props.filter.agent_id} rows={reference.members.filter((m) => m.active).map((m) => [m.id, m.name])} />
          </SelectField>
          <Checkbox
            label={t("inbox.only_blocked")}
            checked={props.filter.blocked ?? false}
            onChange={(e) => setParams({ blocked: e.currentTarget.checked ? "true" : undefined })}
          />
          <Show when={n() > 0}>
            <Button
              small
              onClick={() => {
                setParams(NO_FILTERS);
                close();
              }}
            >
              {t("inbox.clear_filters")}
            </Button>
          </Show>
        </div>
      )}
    </Popover>
  );
}

function Options(props: { none: string; at: string | undefined; rows: [string, string][] }) {
  return (
    <>
      <option value="">{props.none}</option>
      <For each={props.rows}>
        {([id, label]) => (
          <option value={id} selected={id === props.at}>
            {label}
          </option>
        )}
      </For>
    </>
  );
}
