import { For, Show } from "solid-js";
import { createStore } from "solid-js/store";
import { api, call } from "../../api/client";
import type { Tag } from "../../api/types";
import { reference, refresh } from "../../data/reference";
import { t } from "../../i18n";
import { TagChip } from "../../parts/badge";
import { SelectField, TextField } from "../../parts/field";
import { createSubmit } from "../../parts/form";
import css from "../../parts/form.module.css";
import { TagIcon } from "../../parts/icons";
import { Entries } from "./entries";
import { FormDialog } from "./formdialog";
import s from "./settings.module.css";

const COLOURS = ["gray", "red", "orange", "amber", "green", "teal", "cyan", "blue", "indigo", "purple", "pink", "brown"] as const;

export default function Tags() {
  return (
    <Entries
      label={t("settings.tags")}
      rows={reference.tags}
      name={(x) => x.value}
      row={(x) => (
        <>
          <span class={s.grow}>
            <TagChip value={x.value} variant={x.variant} />
          </span>
          <span class="muted">{x.entity_type === "TICKET" ? t("settings.tag_ticket") : t("settings.tag_contact")}</span>
        </>
      )}
      add={t("settings.new_tag")}
      empty={{ icon: <TagIcon size={24} />, title: t("settings.no_tags"), text: t("settings.no_tags_text") }}
      form={(x, close) => <Edit tag={x} onClose={close} />}
      removal={t("settings.delete_tag_text")}
      onRemove={async (x) => {
        await call(api.DELETE("/api/v1/tags/{tag_id}", { params: { path: { tag_id: x.id }, query: { force: true } } }));
        await refresh("tags");
      }}
    />
  );
}

function Edit(props: { tag: Tag | undefined; onClose: () => void }) {
  const [values, setValues] = createStore<{ value: string; variant: Tag["variant"]; entity_type: Tag["entity_type"] }>({
    value: props.tag?.value ?? "",
    variant: props.tag?.variant ?? "teal",
    entity_type: props.tag?.entity_type ?? "CONTACT",
  });
  const form = createSubmit();
  const save = async () => {
    const body = { value: values.value.trim(), variant: values.variant };
    if (props.tag) await call(api.PATCH("/api/v1/tags/{tag_id}", { params: { path: { tag_id: props.tag.id } }, body }));
    else await call(api.POST("/api/v1/tags", { body: { ...body, entity_type: values.entity_type } }));
    await refresh("tags");
  };
  return (
    <FormDialog title={props.tag?.value ?? t("settings.new_tag")} form={form} fields={["value", "variant", "entity_type"]} onSave={save} onClose={props.onClose}>
      <TextField autofocus label={t("settings.tag_value")} required maxLength={60} error={form.wrong("value")} value={values.value} onInput={(e) => setValues("value", e.currentTarget.value)} />
      <Show when={!props.tag}>
        <SelectField label={t("settings.tag_of")} onChange={(e) => setValues("entity_type", e.currentTarget.value as Tag["entity_type"])}>
          <option value="CONTACT">{t("settings.tag_contact")}</option>
          <option value="TICKET">{t("settings.tag_ticket")}</option>
        </SelectField>
      </Show>
      <fieldset class={css.group}>
        <legend>{t("settings.colour")}</legend>
        <div class={s.colours}>
          <For each={COLOURS}>
            {(c) => (
              <label>
                <input type="radio" name="colour" value={c} checked={values.variant === c} onChange={() => setValues("variant", c)} />
                <TagChip value={t(`settings.colour_${c}`)} variant={c} />
              </label>
            )}
          </For>
        </div>
      </fieldset>
    </FormDialog>
  );
}
