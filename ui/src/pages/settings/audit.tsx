// Who changed what of the set-up. Filters are in the address, so that a link shows the same.
import { useSearchParams } from "@solidjs/router";
import { For, Show, createEffect, createSignal, on } from "solid-js";
import { json } from "../../api/client";
import type { Page } from "../../api/contract";
import type { AuditEntry } from "../../api/setup";
import { channelById, memberById, reference, stageById } from "../../data/reference";
import { t, tx } from "../../i18n";
import { dateTime } from "../../i18n/format";
import { epoch } from "../../live/stream";
import { Button } from "../../parts/button";
import { SelectField } from "../../parts/field";
import css from "../../parts/form.module.css";
import { HistoryIcon } from "../../parts/icons";
import { Empty, Failed, Skeleton } from "../../parts/state";
import { Table } from "../../parts/table";
import s from "./settings.module.css";

const THINGS = ["channel", "member", "invitation", "reset_link", "api_key", "webhook", "pipeline", "stage", "custom_field", "tag", "template", "session", "organization", "assignment", "retention", "erasure"] as const;

export default function Audit() {
  const [params, setParams] = useSearchParams<{ actor?: string; thing?: string }>();
  const [rows, setRows] = createSignal<AuditEntry[]>();
  const [next, setNext] = createSignal<string | null>(null);
  const [error, setError] = createSignal<unknown>();
  const load = async (more: boolean) => {
    setError(undefined);
    try {
      const page = await json<Page<AuditEntry>>("GET", "/audit", { query: { actor: params.actor, thing: params.thing, limit: 50, cursor: more ? next() : undefined } });
      setRows(more ? [...(rows() ?? []), ...page.data] : page.data);
      setNext(page.next_cursor);
    } catch (problem) {
      setError(problem);
    }
  };
  createEffect(on([() => params.actor, () => params.thing, epoch], () => void load(false)));
  const who = (e: AuditEntry) => e.actor.name ?? tx("settings", `actor_${e.actor.type}`, e.actor.type);
  return (
    <>
      <p class="muted">{t("settings.audit_text")}</p>
      <div class={css.pair}>
        <SelectField label={t("settings.audit_who")} onChange={(e) => setParams({ actor: e.currentTarget.value || undefined })}>
          <option value="">{t("settings.audit_everybody")}</option>
          <For each={reference.members}>{(m) => <option value={`member:${m.id}`} selected={params.actor === `member:${m.id}`}>{m.name}</option>}</For>
          <option value="system" selected={params.actor === "system"}>{t("settings.actor_system")}</option>
        </SelectField>
        <SelectField label={t("settings.audit_what")} onChange={(e) => setParams({ thing: e.currentTarget.value || undefined })}>
          <option value="">{t("settings.audit_everything")}</option>
          <For each={THINGS}>{(x) => <option value={x} selected={params.thing === x}>{t(`settings.thing_${x}`)}</option>}</For>
        </SelectField>
      </div>
      <Show when={!error()} fallback={<Failed error={error()} onRetry={() => void load(false)} />}>
        <Show when={rows()} fallback={<Skeleton lines={6} />}>
          <Show when={rows()!.length > 0} fallback={<None filtered={Boolean(params.actor || params.thing)} onClear={() => setParams({ actor: undefined, thing: undefined })} />}>
            <Table
              label={t("settings.audit")}
              stacks
              rows={rows()!}
              columns={[
                { head: t("settings.audit_when"), whole: true, cell: (e) => dateTime(e.at) },
                { head: t("settings.audit_who"), cell: who },
                { head: t("settings.audit_what"), cell: (e) => `${tx("settings", `change_${e.change}`, e.change)} · ${tx("settings", `thing_${e.thing}`, e.thing)}` },
                { head: t("settings.audit_details"), cell: (e) => <Details entry={e} /> },
              ]}
            />
            <Show when={next()}>
              <div class={css.buttons}>
                <Button onClick={() => void load(true)}>{t("common.load_more")}</Button>
              </div>
            </Show>
          </Show>
        </Show>
      </Show>
    </>
  );
}

function None(props: { filtered: boolean; onClear: () => void }) {
  return (
    <Empty
      icon={<HistoryIcon size={24} />}
      title={props.filtered ? t("common.nothing_found") : t("settings.audit_none")}
      action={
        <Show when={props.filtered}>
          <Button onClick={() => props.onClear()}>{t("settings.audit_clear")}</Button>
        </Show>
      }
    >
      {t(props.filtered ? "settings.audit_none_filtered" : "settings.audit_none_text")}
    </Empty>
  );
}

type Known = Record<string, unknown>;
const isKnown = (value: unknown): value is Known => typeof value === "object" && value !== null && !Array.isArray(value);

/** What tells somebody something: no ids, no times of making, nothing that is empty. */
const telling = (key: string, value: unknown): boolean =>
  !/(^|_)ids?$|_at$|^position$/.test(key) && value !== null && value !== "" && value !== false && !(typeof value === "object" && Object.keys(value).length === 0);

function flat(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "string") return memberById(value)?.name ?? channelById(value)?.name ?? stageById(value)?.name ?? value;
  if (typeof value === "boolean") return t(value ? "common.yes" : "common.no");
  if (Array.isArray(value)) return value.map((x) => (isKnown(x) ? flat(x.name ?? x.key ?? x) : flat(x))).join(", ");
  if (isKnown(value)) return Object.entries(value).filter(([k, v]) => telling(k, v)).map(([k, v]) => `${k}: ${flat(v)}`).join(" · ");
  return String(value);
}

/** What it was before, and what it is. */
function Details(props: { entry: AuditEntry }) {
  const now = (): [string, unknown][] => {
    const { changed, ...rest } = props.entry.details;
    // What was changed is told whole, of what was made only what tells something.
    if (isKnown(changed)) return Object.entries(changed);
    const made = rest[props.entry.thing];
    return Object.entries(isKnown(made) ? made : props.entry.details).filter(([key, value]) => telling(key, value));
  };
  return (
    <div class={s.detail}>
      <For each={now().slice(0, 8)}>
        {([key, value]) => (
          <div>
            {key}:{" "}
            <Show when={props.entry.previous && key in props.entry.previous}>
              <span class={s.old}>{flat(props.entry.previous![key])}</span>{" "}
            </Show>
            {flat(value)}
          </div>
        )}
      </For>
    </div>
  );
}
