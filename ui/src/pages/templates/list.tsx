import { A, useNavigate, useSearchParams } from "@solidjs/router";
import { For, Show, createResource, createSignal, onCleanup, type JSX } from "solid-js";
import { api, call } from "../../api/client";
import type { Template } from "../../api/types";
import { channelById, reference } from "../../data/reference";
import { t, tx } from "../../i18n";
import { shortTime } from "../../i18n/format";
import { epoch, onEvents } from "../../live/stream";
import { Badge, type Tone } from "../../parts/badge";
import { Button } from "../../parts/button";
import { SelectField, TextField } from "../../parts/field";
import { ChannelsIcon, PlusIcon, RefreshIcon, TemplatesIcon } from "../../parts/icons";
import { Page } from "../../parts/page";
import { Empty, Failed, Skeleton } from "../../parts/state";
import { fits } from "../../parts/text";
import { tell, tellError } from "../../parts/toast";
import { may } from "../../session";
import { partsOf } from "../inbox/composer/template";
import s from "./templates.module.css";

const STATUSES = ["APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED"] as const;
const TONES: Record<string, Tone> = { APPROVED: "success", PENDING: "info", IN_APPEAL: "info", REJECTED: "danger", PAUSED: "warning", DISABLED: "danger" };

export const TemplateStatus = (props: { status: string }) => <Badge tone={TONES[props.status] ?? "neutral"}>{tx("templates", `status_${props.status}`, props.status)}</Badge>;

/** Channels that have templates. */
export const withTemplates = () => reference.channels.filter((c) => c.type === "whatsapp" || c.type === "playground");

/** Nothing that fits, or nothing at all: what to do about it. */
function None(props: { filtered: boolean; actions: JSX.Element; onClear: () => void }) {
  return (
    <Empty
      icon={<TemplatesIcon size={24} />}
      title={props.filtered ? t("common.nothing_found") : t("templates.empty")}
      action={
        <div class={s.ways}>
          <Show when={props.filtered} fallback={props.actions}>
            <Button onClick={() => props.onClear()}>{t("templates.clear")}</Button>
          </Show>
        </div>
      }
    >
      {t(props.filtered ? "templates.none_filtered" : "templates.empty_text")}
    </Empty>
  );
}

export function List() {
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams<{ channel_id?: string; status?: string; q?: string }>();
  /** Undefined: of all channels. */
  const chosen = (): string | undefined => withTemplates().find((c) => c.id === params.channel_id)?.id;
  const channel = (): string | undefined => chosen() ?? withTemplates()[0]?.id;
  /** Those whose templates WhatsApp keeps. */
  const synced = () => withTemplates().filter((c) => c.type === "whatsapp" && (!chosen() || c.id === chosen()));
  const [list, { refetch }] = createResource(
    () => (channel() ? ([chosen(), params.status, epoch()] as [string | undefined, string | undefined, number]) : undefined),
    async ([channel_id, status]) => {
      const rows: Template[] = [];
      let cursor: string | undefined;
      do {
        const page = await call(api.GET("/api/v1/templates", { params: { query: { channel_id, status: status || undefined, limit: 200, cursor } } }));
        rows.push(...page.data);
        cursor = page.next_cursor ?? undefined;
      } while (cursor);
      return rows;
    },
  );
  onCleanup(onEvents(["setup.changed"], () => void refetch()));
  const [busy, setBusy] = createSignal(false);
  const sync = async () => {
    setBusy(true);
    try {
      const all = { changed: 0, removed: 0 };
      for (const c of synced()) {
        const done = await call(api.POST("/api/v1/templates/sync", { body: { channel_id: c.id } }));
        all.changed += done.changed;
        all.removed += done.removed;
      }
      tell(t("templates.synced", all));
      void refetch();
    } catch (error) {
      tellError(error);
    } finally {
      setBusy(false);
    }
  };
  const shown = () => (list.latest ?? []).filter((x) => fits(`${x.name} ${partsOf(x).body}`, params.q ?? ""));
  const actions = () => (
    <Show when={may("setup:write") && channel()}>
      <Show when={synced().length > 0}>
        <Button icon={<RefreshIcon size={16} />} busy={busy()} onClick={() => void sync()}>{t("templates.sync")}</Button>
      </Show>
      <Button look="primary" icon={<PlusIcon size={16} />} onClick={() => navigate(`/templates/new?channel_id=${channel()}`)}>{t("templates.new")}</Button>
    </Show>
  );
  return (
    <Page title={t("common.templates")} wide actions={<Show when={shown().length > 0 || params.q || params.status}>{actions()}</Show>}>
      <Show
        when={channel()}
        fallback={
          <Empty icon={<ChannelsIcon size={24} />} title={t("templates.no_channel")} action={<Show when={may("setup:write")}><Button look="primary" onClick={() => navigate("/channels/new/whatsapp")}>{t("channels.add")}</Button></Show>}>
            {t("templates.no_channel_text")}
          </Empty>
        }
      >
        <div class={s.filters}>
          <Show when={withTemplates().length > 1}>
            <SelectField label={t("templates.channel")} onChange={(e) => setParams({ channel_id: e.currentTarget.value || undefined })}>
              <option value="">{t("common.all")}</option>
              <For each={withTemplates()}>{(c) => <option value={c.id} selected={c.id === chosen()}>{c.name}</option>}</For>
            </SelectField>
          </Show>
          <SelectField label={t("templates.status")} onChange={(e) => setParams({ status: e.currentTarget.value || undefined })}>
            <option value="">{t("templates.status_all")}</option>
            <For each={STATUSES}>{(x) => <option value={x} selected={x === params.status}>{t(`templates.status_${x}`)}</option>}</For>
          </SelectField>
          <TextField type="search" label={t("common.search")} value={params.q ?? ""} onInput={(e) => setParams({ q: e.currentTarget.value || undefined }, { replace: true })} />
        </div>
        <Show when={!list.error} fallback={<Failed error={list.error} onRetry={refetch} />}>
          <Show when={list.latest} fallback={<Skeleton lines={5} />}>
            <Show when={shown().length > 0} fallback={<None filtered={Boolean(params.q || params.status)} actions={actions()} onClear={() => setParams({ q: undefined, status: undefined })} />}>
              <ul class={s.list}>
                <For each={shown()}>
                  {(x) => (
                    <li>
                      <A href={`/templates/${x.id}`} class={s.one}>
                        <span class={s.head}>
                          <strong class="clip">{x.name}</strong>
                          <TemplateStatus status={x.status} />
                        </span>
                        <span class={s.body}>{partsOf(x).body}</span>
                        <span class={s.sub}>{[withTemplates().length > 1 && channelById(x.channel_id)?.name, x.language, tx("templates", `category_${x.category}`, x.category), t("templates.updated", { time: shortTime(x.updated_at) })].filter(Boolean).join(" · ")}</span>
                        <Show when={x.reason && x.status === "REJECTED"}>
                          <span class={s.reason}>{t("templates.reason", { reason: x.reason! })}</span>
                        </Show>
                      </A>
                    </li>
                  )}
                </For>
              </ul>
            </Show>
          </Show>
        </Show>
      </Show>
    </Page>
  );
}
