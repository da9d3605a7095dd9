// A key that should be a field of its own: it is made, takes this value, and the key goes there from now on.
import { Show } from "solid-js";
import { createStore } from "solid-js/store";
import type { Review } from "../../api/types";
import { t } from "../../i18n";
import { Button } from "../../parts/button";
import { Dialog } from "../../parts/dialog";
import { FormError } from "../../parts/field";
import f from "../../parts/form.module.css";
import { FieldForm, hasOptions, optionsOf, type NewField } from "./fieldform";
import type { Decision } from "./queue";
import { originOf } from "./words";

/** "que_comuna" → "Que comuna"; the last part of a path. */
const nameFrom = (path: string) => {
  const last = path.split(/[/›]/).at(-1)!.replace(/_/g, " ").trim();
  return last.charAt(0).toLocaleUpperCase() + last.slice(1);
};
const typeFrom = (review: Review): NewField["type"] =>
  typeof review.value === "boolean" ? "boolean" : typeof review.value === "number" ? "number" : /^\d{4}-\d{2}-\d{2}$/.test(String(review.value)) ? "date" : "text";

export function MakeField(props: { reviews: readonly Review[]; onDecide: (list: { id: string; decision: Decision }[]) => void; onClose: () => void }) {
  const first = () => props.reviews[0]!;
  const path = () => originOf(first()) || (first().origins[0]?.path ?? "");
  const mixed = () => props.reviews.some((r) => originOf(r) !== originOf(first()));
  const [field, setField] = createStore<NewField>({ name: nameFrom(path()), type: typeFrom(first()), options: "" });
  const submit = () => {
    if (mixed() || !field.name.trim()) return;
    const made = { name: field.name.trim(), type: field.type, ...(hasOptions(field.type) ? { options: optionsOf(field.options) } : {}) };
    props.onDecide(props.reviews.map((r) => ({ id: r.id, decision: { decision: "make_field", field: made } })));
  };
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={t("reviews.field_title")}
      actions={
        <>
          <Button onClick={() => props.onClose()}>{t("common.cancel")}</Button>
          <Button look="primary" disabled={mixed()} onClick={submit}>{t("reviews.make_field")}</Button>
        </>
      }
    >
      <form
        class={f.form}
        onSubmit={(e) => {
          e.preventDefault();
          submit();
        }}
      >
        <Show when={!mixed()} fallback={<FormError message={t("reviews.field_mixed")} />}>
          <p class="muted">{t("reviews.field_text", { path: path() })}</p>
          <FieldForm value={field} set={setField} wrong={() => undefined} />
        </Show>
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}
