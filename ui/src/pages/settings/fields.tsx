// Custom fields of customers and of tickets, in the order in which profiles show them.
import { For, Show, createSignal } from "solid-js";
import { createStore } from "solid-js/store";
import { api, call } from "../../api/client";
import type { CustomField } from "../../api/types";
import { reference, refresh } from "../../data/reference";
import { t, tx } from "../../i18n";
import { Badge } from "../../parts/badge";
import { Button } from "../../parts/button";
import { Checkbox, SelectField, TextField } from "../../parts/field";
import { createSubmit } from "../../parts/form";
import css from "../../parts/form.module.css";
import { ListIcon, PlusIcon } from "../../parts/icons";
import { Sortable } from "../../parts/sortable";
import { Empty } from "../../parts/state";
import { tellError } from "../../parts/toast";
import { may } from "../../session";
import { FieldForm, hasOptions, optionsOf, type NewField } from "../reviews/fieldform";
import { FormDialog } from "./formdialog";
import { Removal } from "./removal";
import s from "./settings.module.css";

const ENTITIES = ["customer", "ticket"] as const;

export default function Fields() {
  const [editing, setEditing] = createSignal<CustomField | "new">();
  const [removing, setRemoving] = createSignal<CustomField>();
  const mayChange = () => may("setup:write");
  const of = (entity: string) => reference.fields.filter((f) => f.entity === entity);
  const move = async (f: CustomField, to: number) => {
    try {
      await call(api.PATCH("/api/v1/custom_fields/{id}", { params: { path: { id: f.id } }, body: { position: to } }));
    } catch (error) {
      tellError(error);
    }
    await refresh("fields").catch(tellError);
    document.getElementById(`grip-${f.id}`)?.focus();
  };
  const add = () => (
    <Show when={mayChange()}>
      <Button look="primary" icon={<PlusIcon size={16} />} onClick={() => setEditing("new")}>{t("settings.new_field")}</Button>
    </Show>
  );
  return (
    <>
      <Show when={mayChange()} fallback={<p class="muted">{t("settings.read_only")}</p>}>
        <Show when={reference.fields.length > 0}>
          <div class={css.buttons}>{add()}</div>
        </Show>
      </Show>
      <Show when={reference.fields.length > 0} fallback={<Empty icon={<ListIcon size={24} />} title={t("settings.no_fields")} action={add()}>{t("settings.no_fields_text")}</Empty>}>
        <For each={ENTITIES}>
          {(entity) => (
            <Show when={of(entity).length > 0}>
              <h3>{t(`settings.fields_${entity}`)}</h3>
              <Sortable label={t(`settings.fields_${entity}`)} rows={of(entity)} id={(f) => f.id} name={(f) => f.name} onMove={(f, to) => void move(f, to)} disabled={!mayChange()}>
                {(f) => (
                  <>
                    <span class={s.grow}>
                      <strong>{f.name}</strong> <code class={css.mono}>{f.key}</code>
                      <Show when={f.description}>
                        <span class={s.sub}>{f.description}</span>
                      </Show>
                    </span>
                    <Badge>{tx("reviews", `type_${f.type}`, f.type)}</Badge>
                    <Show when={mayChange()}>
                      <Button small aria-label={`${t("common.edit")}: ${f.name}`} onClick={() => setEditing(f)}>{t("common.edit")}</Button>
                      <Button small look="quiet" aria-label={`${t("common.delete")}: ${f.name}`} onClick={() => setRemoving(f)}>{t("common.delete")}</Button>
                    </Show>
                  </>
                )}
              </Sortable>
            </Show>
          )}
        </For>
      </Show>
      <Show when={editing()} keyed>
        {(f) => <Edit field={f === "new" ? undefined : f} onClose={() => setEditing(undefined)} />}
      </Show>
      <Show when={removing()} keyed>
        {(f) => (
          <Removal
            name={f.name}
            text={t("settings.delete_field_text")}
            onClose={() => setRemoving(undefined)}
            onRemove={async () => {
              await call(api.DELETE("/api/v1/custom_fields/{id}", { params: { path: { id: f.id }, query: { archive: true } } }));
              await refresh("fields");
            }}
          />
        )}
      </Show>
    </>
  );
}

function Edit(props: { field: CustomField | undefined; onClose: () => void }) {
  const before = props.field;
  const [field, setField] = createStore<NewField>({ name: before?.name ?? "", type: before?.type ?? "text", options: before?.options.join("\n") ?? "" });
  const [more, setMore] = createStore({ key: "", entity: before?.entity ?? ("customer" as CustomField["entity"]), description: before?.description ?? "", required: before?.required ?? false, identifier: before?.identifier ?? false });
  const form = createSubmit();
  const save = async () => {
    const options = hasOptions(field.type) ? { options: optionsOf(field.options) } : {};
    const common = { name: field.name.trim(), type: field.type, ...options, required: more.required, identifier: more.identifier };
    if (before) await call(api.PATCH("/api/v1/custom_fields/{id}", { params: { path: { id: before.id } }, body: { ...common, description: more.description.trim() || null } }));
    else
      await call(
        api.POST("/api/v1/custom_fields", {
          body: { ...common, entity: more.entity, ...(more.key.trim() ? { key: more.key.trim() } : {}), ...(more.description.trim() ? { description: more.description.trim() } : {}) },
        }),
      );
    await refresh("fields");
  };
  return (
    <FormDialog title={before?.name ?? t("settings.new_field")} form={form} fields={["name", "type", "options", "key", "description"]} onSave={save} onClose={props.onClose}>
      <FieldForm value={field} set={setField} wrong={form.wrong} />
      <Show when={!before}>
        <div class={css.pair}>
          <SelectField label={t("settings.field_entity")} onChange={(e) => setMore("entity", e.currentTarget.value as CustomField["entity"])}>
            <For each={ENTITIES}>{(x) => <option value={x}>{t(`settings.fields_${x}`)}</option>}</For>
          </SelectField>
          <TextField label={t("settings.field_key")} hint={t("settings.field_key_hint")} error={form.wrong("key")} value={more.key} onInput={(e) => setMore("key", e.currentTarget.value)} />
        </div>
      </Show>
      <TextField label={`${t("settings.field_description")} (${t("common.optional")})`} hint={t("settings.field_description_hint")} error={form.wrong("description")} value={more.description} onInput={(e) => setMore("description", e.currentTarget.value)} />
      <Checkbox label={more.entity === "ticket" ? t("settings.field_required") : t("settings.field_required_customer")} checked={more.required} onChange={(e) => setMore("required", e.currentTarget.checked)} />
      <Show when={more.entity === "customer"}>
        <Checkbox label={t("settings.field_identifier")} checked={more.identifier} onChange={(e) => setMore("identifier", e.currentTarget.checked)} />
      </Show>
    </FormDialog>
  );
}
