// Keys that many contacts have and no field knows: each can become a field, which is filled with what is there already.
import { For, Show, createResource, createSignal, onCleanup } from "solid-js";
import { createStore } from "solid-js/store";
import { api, call } from "../../api/client";
import type { CustomField, Proposal } from "../../api/types";
import { refresh } from "../../data/reference";
import { t, tn, tx } from "../../i18n";
import { number } from "../../i18n/format";
import { epoch, onEvents } from "../../live/stream";
import { Badge } from "../../parts/badge";
import { Button } from "../../parts/button";
import { Dialog } from "../../parts/dialog";
import { FormError } from "../../parts/field";
import { createSubmit } from "../../parts/form";
import f from "../../parts/form.module.css";
import { DatabaseIcon } from "../../parts/icons";
import { Empty, Failed, Skeleton } from "../../parts/state";
import { tell, tellError } from "../../parts/toast";
import { may } from "../../session";
import { FieldForm, hasOptions, optionsOf, type NewField } from "./fieldform";
import s from "./reviews.module.css";

export function Proposals() {
  const [list, { refetch, mutate }] = createResource(epoch, async () => {
    const get = (status: "proposed" | "filling") => call(api.GET("/api/v1/structuring/proposals", { params: { query: { status, limit: 100 } } }));
    const [filling, proposed] = await Promise.all([get("filling"), get("proposed")]);
    return [...filling.data, ...proposed.data];
  });
  const [accepting, setAccepting] = createSignal<Proposal>();
  onCleanup(onEvents(["setup.changed"], () => void refetch()));
  const dismiss = async (p: Proposal) => {
    mutate((all) => all?.filter((x) => x.id !== p.id));
    try {
      await call(api.POST("/api/v1/structuring/proposals/{id}/dismiss", { params: { path: { id: p.id } } }));
      tell(t("reviews.dismissed", { key: p.key }));
    } catch (error) {
      tellError(error);
      void refetch();
    }
  };
  return (
    <>
      <Show when={!list.error} fallback={<Failed error={list.error} onRetry={refetch} />}>
        <Show when={list()} fallback={<Skeleton lines={5} />}>
          <ul class={s.cards}>
            <For each={list()} fallback={<li><Empty icon={<DatabaseIcon size={24} />} title={t("reviews.no_proposals")}>{t("reviews.no_proposals_text")}</Empty></li>}>
              {(p) => (
                <li class={f.card}>
                  <header>
                    <h2>{p.name}</h2>
                    <code class={f.mono}>{p.key}</code>
                  </header>
                  <p>
                    {tn("reviews.seen", p.contacts)} · {t("reviews.looks_like", { type: tx("reviews", `type_${p.type}`, p.type) })}
                  </p>
                  <Show when={p.options.length > 0}>
                    <p class={s.options}>
                      <For each={p.options.slice(0, 12)}>{(o) => <Badge>{o}</Badge>}</For>
                    </p>
                  </Show>
                  <Show when={p.status === "proposed"} fallback={<p class="muted" role="status">{t("reviews.filling", { count: number(p.filled) })}</p>}>
                    <Show when={may("setup:write")}>
                      <div class={f.buttons}>
                        <Button look="primary" onClick={() => setAccepting(p)}>{t("reviews.accept_proposal")}</Button>
                        <Button onClick={() => void dismiss(p)}>{t("reviews.dismiss")}</Button>
                      </div>
                    </Show>
                  </Show>
                </li>
              )}
            </For>
          </ul>
        </Show>
      </Show>
      <Show when={accepting()} keyed>
        {(p) => (
          <Accept
            proposal={p}
            onClose={() => setAccepting(undefined)}
            onDone={() => {
              setAccepting(undefined);
              tell(t("reviews.made"));
              void refetch();
              void refresh("fields");
            }}
          />
        )}
      </Show>
    </>
  );
}

function Accept(props: { proposal: Proposal; onDone: () => void; onClose: () => void }) {
  const [field, setField] = createStore<NewField>({ name: props.proposal.name, type: props.proposal.type as CustomField["type"], options: props.proposal.options.join("\n") });
  const form = createSubmit();
  const submit = async () => {
    const body = { name: field.name.trim(), type: field.type, ...(hasOptions(field.type) ? { options: optionsOf(field.options) } : {}) };
    if (await form.run(() => call(api.POST("/api/v1/structuring/proposals/{id}/accept", { params: { path: { id: props.proposal.id } }, body })))) props.onDone();
  };
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={t("reviews.accept_proposal")}
      actions={
        <>
          <Button onClick={() => props.onClose()}>{t("common.cancel")}</Button>
          <Button look="primary" busy={form.busy()} onClick={() => void submit()}>{t("reviews.accept_proposal")}</Button>
        </>
      }
    >
      <form
        class={f.form}
        onSubmit={(e) => {
          e.preventDefault();
          void submit();
        }}
      >
        <FormError message={form.whole("name", "type", "options")} />
        <FieldForm value={field} set={setField} wrong={form.wrong} />
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}
