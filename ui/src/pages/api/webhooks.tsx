import { A } from "@solidjs/router";
import { For, Show, createResource, createSignal, onCleanup } from "solid-js";
import { api, call } from "../../api/client";
import type { Webhook } from "../../api/types";
import { t, tn } from "../../i18n";
import { clock, shortTime } from "../../i18n/format";
import { epoch, onEvents } from "../../live/stream";
import { Badge } from "../../parts/badge";
import { Button } from "../../parts/button";
import css from "../../parts/form.module.css";
import { ChevronRightIcon, PlusIcon, WebhookIcon } from "../../parts/icons";
import { Empty, Failed, Skeleton } from "../../parts/state";
import { may } from "../../session";
import { WebhookForm } from "./webhookform";
import s from "./api.module.css";

export function WebhookState(props: { hook: Webhook }) {
  const h = () => props.hook;
  return (
    <Show
      when={h().active}
      fallback={<Badge tone={h().disabled_at ? "danger" : "neutral"}>{h().disabled_at ? t("api.state_disabled") : t("api.state_off")}</Badge>}
    >
      <Show when={h().failing_since} fallback={<Badge tone="success">{t("api.state_active")}</Badge>}>
        <Badge tone="warning">{h().paused_until ? t("api.state_paused", { time: clock(h().paused_until!) }) : t("api.state_failing", { time: shortTime(h().failing_since!) })}</Badge>
      </Show>
    </Show>
  );
}

export const topicsText = (hook: Webhook): string => (hook.topics.length === 0 || hook.topics.includes("*") ? t("api.topics_all") : hook.topics.length <= 3 ? hook.topics.join(", ") : tn("api.topics_some", hook.topics.length));

export function Webhooks() {
  const [hooks, { refetch }] = createResource(epoch, () => call(api.GET("/api/v1/webhooks", { params: { query: { limit: 200 } } })));
  onCleanup(onEvents(["setup.changed"], () => void refetch()));
  const [adding, setAdding] = createSignal(false);
  const list = () => hooks.latest?.data.filter((h) => !h.deleted_at) ?? [];
  const add = () => (
    <Show when={may("setup:write")}>
      <Button look="primary" icon={<PlusIcon size={16} />} onClick={() => setAdding(true)}>
        {t("api.new_webhook")}
      </Button>
    </Show>
  );
  return (
    <>
      <Show when={!hooks.error} fallback={<Failed error={hooks.error} onRetry={refetch} />}>
        <Show when={hooks.latest} fallback={<Skeleton lines={4} />}>
          <Show when={list().length > 0} fallback={<Empty icon={<WebhookIcon size={24} />} title={t("api.no_webhooks")} action={add()}>{t("api.no_webhooks_text")}</Empty>}>
            <div class={`${css.buttons} ${css.end}`}>{add()}</div>
            <ul class={s.list}>
              <For each={list()}>
                {(h) => (
                  <li>
                    <A href={`/api-keys/webhooks/${h.id}`} class={s.row}>
                      <span class={s.grow}>
                        <strong class={s.url}>{h.url}</strong>
                        <span class={s.sub}>{[h.description, topicsText(h)].filter(Boolean).join(" · ")}</span>
                      </span>
                      <WebhookState hook={h} />
                      <ChevronRightIcon size={18} />
                    </A>
                  </li>
                )}
              </For>
            </ul>
          </Show>
        </Show>
      </Show>
      <Show when={adding()}>
        <WebhookForm onClose={() => setAdding(false)} onDone={() => void refetch()} />
      </Show>
    </>
  );
}
