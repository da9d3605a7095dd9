// What a new field is: name, type, options. Used where a review or a proposal becomes one.
import { For, Show } from "solid-js";
import type { SetStoreFunction } from "solid-js/store";
import type { CustomField } from "../../api/types";
import { t } from "../../i18n";
import { SelectField, TextArea, TextField } from "../../parts/field";

export const FIELD_TYPES = ["text", "number", "date", "boolean", "select", "multi_select", "phone", "email", "url", "currency"] as const satisfies readonly CustomField["type"][];

export interface NewField {
  name: string;
  type: CustomField["type"];
  /** One a line. */
  options: string;
}

export const optionsOf = (text: string): string[] => [...new Set(text.split("\n").map((x) => x.trim()).filter(Boolean))];
export const hasOptions = (type: string): boolean => type === "select" || type === "multi_select";

export function FieldForm(props: { value: NewField; set: SetStoreFunction<NewField>; wrong: (field: string) => string | undefined }) {
  return (
    <>
      <TextField autofocus label={t("reviews.field_name")} error={props.wrong("name")} required maxLength={80} value={props.value.name} onInput={(e) => props.set("name", e.currentTarget.value)} />
      <SelectField label={t("reviews.field_type")} error={props.wrong("type")} onChange={(e) => props.set("type", e.currentTarget.value as CustomField["type"])}>
        <For each={FIELD_TYPES}>{(type) => <option value={type} selected={type === props.value.type}>{t(`reviews.type_${type}`)}</option>}</For>
      </SelectField>
      <Show when={hasOptions(props.value.type)}>
        <TextArea label={t("reviews.field_options")} rows={5} error={props.wrong("options")} value={props.value.options} onInput={(e) => props.set("options", e.currentTarget.value)} />
      </Show>
    </>
  );
}
