import { For, Show, createResource, createSignal, onCleanup } from "solid-js";
import { api, call } from "../../api/client";
import type { ApiKey } from "../../api/types";
import { t } from "../../i18n";
import { dateTime, shortTime } from "../../i18n/format";
import { epoch, onEvents } from "../../live/stream";
import { Badge } from "../../parts/badge";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/dialog";
import css from "../../parts/form.module.css";
import { KeysIcon, PlusIcon } from "../../parts/icons";
import { Empty, Failed, Skeleton } from "../../parts/state";
import { Table } from "../../parts/table";
import { tell, tellError } from "../../parts/toast";
import { KeyForm } from "./keyform";

export function Keys() {
  const [keys, { refetch }] = createResource(epoch, async () => {
    const all: ApiKey[] = [];
    let cursor: string | undefined;
    do {
      const page = await call(api.GET("/api/v1/api_keys", { params: { query: { limit: 200, cursor } } }));
      all.push(...page.data);
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    return all;
  });
  onCleanup(onEvents(["setup.changed"], () => void refetch()));
  const [editing, setEditing] = createSignal<ApiKey | "new">();
  const [revoking, setRevoking] = createSignal<ApiKey>();
  const revoke = async () => {
    const key = revoking()!;
    try {
      await call(api.DELETE("/api/v1/api_keys/{id}", { params: { path: { id: key.id } } }));
      tell(t("api.revoked"));
      void refetch();
    } catch (error) {
      tellError(error);
    }
    setRevoking(undefined);
  };
  const add = () => (
    <Button look="primary" icon={<PlusIcon size={16} />} onClick={() => setEditing("new")}>
      {t("api.new_key")}
    </Button>
  );
  return (
    <>
      <Show when={!keys.error} fallback={<Failed error={keys.error} onRetry={refetch} />}>
        <Show when={keys.latest} fallback={<Skeleton lines={4} />}>
          <Show when={keys.latest!.length > 0} fallback={<Empty icon={<KeysIcon size={24} />} title={t("api.no_keys")} action={add()}>{t("api.no_keys_text")}</Empty>}>
            <div class={`${css.buttons} ${css.end}`}>{add()}</div>
            <Table
              label={t("api.keys")}
              stacks
              rows={keys.latest!}
              columns={[
                { head: t("api.key_name"), cell: (k) => <strong>{k.name}</strong> },
                { head: t("api.key_hint"), named: true, cell: (k) => <code class={css.mono}>{k.hint}…</code> },
                { head: t("api.scopes"), cell: (k) => <span class={css.buttons}><For each={k.scopes}>{(x) => <Badge>{x === "*" ? t("api.scope_all") : x}</Badge>}</For></span> },
                { head: t("api.last_used"), named: true, cell: (k) => (k.last_used_at ? <span title={dateTime(k.last_used_at)}>{shortTime(k.last_used_at)}</span> : <span class="muted">{t("api.never_used")}</span>) },
                { head: t("api.made"), named: true, cell: (k) => shortTime(k.created_at) },
                {
                  head: t("common.edit"),
                  hideHead: true,
                  cell: (k) => (
                    <span class={css.buttons}>
                      <Button small onClick={() => setEditing(k)} aria-label={`${t("common.edit")}: ${k.name}`}>{t("common.edit")}</Button>
                      <Button small onClick={() => setRevoking(k)} aria-label={`${t("api.revoke")}: ${k.name}`}>{t("api.revoke")}</Button>
                    </span>
                  ),
                },
              ]}
            />
          </Show>
        </Show>
      </Show>
      <Show when={editing()} keyed>
        {(k) => <KeyForm apiKey={k === "new" ? undefined : k} onClose={() => setEditing(undefined)} onDone={() => void refetch()} />}
      </Show>
      <Confirm open={revoking() !== undefined} danger title={t("api.revoke")} text={t("api.revoke_text", { name: revoking()?.name ?? "" })} confirm={t("api.revoke")} onConfirm={() => void revoke()} onClose={() => setRevoking(undefined)} />
    </>
  );
}
