// What an open ticket has beside its amount: its own fields, edited in place, and its tags.
import { For, Show, createEffect, createResource, on } from "solid-js";
import { api, callTagged } from "../../../api/client";
import { explain } from "../../../api/problem";
import type { Ticket } from "../../../api/types";
import { reference } from "../../../data/reference";
import { t } from "../../../i18n";
import { line } from "../../../live/stream";
import { TagChip } from "../../../parts/badge";
import { PlusIcon } from "../../../parts/icons";
import { Picker } from "../../../parts/picker";
import { tellError } from "../../../parts/toast";
import { may } from "../../../session";
import { Editable, fieldProps } from "./editable";
import type { Editing } from "./profile";
import { changeSeen, type Tagged } from "./tagged";
import s from "./profile.module.css";

/** `version`: another one with each change of the ticket, from here or from elsewhere. */
export function TicketDetail(props: { id: string; version: string; onChanged: () => void }) {
  const path = () => ({ id: props.id });
  const read = () => callTagged<Ticket>(api.GET("/api/v1/tickets/{id}", { params: { path: path() } }));
  const [known, { mutate, refetch }] = createResource(() => props.id, read);
  createEffect(on(() => props.version, () => void refetch(), { defer: true }));
  // What could not be read while the line was lost.
  createEffect(on(line, (now) => now === "open" && known.error && void refetch(), { defer: true }));
  const ticket = () => (known.error ? undefined : known.latest?.data);
  const value = (key: string) => ticket()?.custom_fields.find((v) => v.key === key)?.value;

  const editing: Editing<Tagged<Ticket> | undefined> = {
    seen: () => known.latest,
    change: async (body, from, overwrite = false) => {
      const metadata = body.custom_fields ?? {};
      await changeSeen(
        from,
        overwrite,
        (header) => callTagged<Ticket>(api.PATCH("/api/v1/tickets/{id}", { params: { path: path(), header }, body: { metadata } })),
        read,
        mutate,
        (data) => JSON.stringify(Object.keys(metadata).map((key) => data.custom_fields.find((f) => f.key === key)?.value ?? null)),
      );
      props.onChanged();
    },
    // What is said of a ticket is said by people and integrations: structuring fills a customer's fields only.
    correct: () => Promise.resolve(),
    provenance: () => null,
    undo: () => Promise.resolve(),
  };

  const has = (id: number) => ticket()?.tags.some((tag) => tag.id === id) ?? false;
  const put = (id: number, on_: boolean) =>
    void callTagged<Ticket>(api.PATCH("/api/v1/tickets/{id}", { params: { path: path() }, body: on_ ? { add_tag_ids: [id] } : { remove_tag_ids: [id] } })).then(
      (now) => (mutate(now), props.onChanged()),
      tellError,
    );
  const tags = () => reference.tags.filter((tag) => tag.entity_type === "TICKET");
  const fields = () => reference.fields.filter((f) => f.entity === "ticket");

  return (
    <Show when={!known.error} fallback={<p class={s.error}>{explain(known.error)}</p>}>
      <Show when={ticket()}>
        {(x) => (
          <>
            <Show when={tags().length > 0 || x().tags.length > 0}>
              <div class={`${s.tags} ${s.ticketTags}`}>
                <For each={x().tags}>
                  {(tag) => (
                    <TagChip
                      value={tag.value}
                      variant={tag.variant}
                      removeLabel={t("profile.remove_tag", { tag: tag.value })}
                      onRemove={may("tickets:write") ? () => put(tag.id, false) : undefined}
                    />
                  )}
                </For>
                <Show when={may("tickets:write")}>
                  <Picker
                    label={t("profile.add_ticket_tag")}
                    many
                    triggerClass={s.addTag}
                    chosen={x().tags.map((tag) => String(tag.id))}
                    choices={tags().map((tag) => ({ id: String(tag.id), label: tag.value }))}
                    onChoose={(id) => put(Number(id), !has(Number(id)))}
                    trigger={
                      <>
                        <PlusIcon size={13} />
                        {t("profile.add_ticket_tag")}
                      </>
                    }
                  />
                </Show>
              </div>
            </Show>
            <For each={fields()}>
              {(f) => <Editable {...fieldProps(f)} value={value(f.key)} target={{ target: "field", key: f.key }} profile={editing} readOnly={!may("tickets:write")} />}
            </For>
          </>
        )}
      </Show>
    </Show>
  );
}
