// The right value, or what it really is. Of several at once only the latter: their values differ.
import { For, Show, createSignal } from "solid-js";
import type { Review } from "../../api/types";
import { reference } from "../../data/reference";
import { t, tn } from "../../i18n";
import { Button } from "../../parts/button";
import { Dialog } from "../../parts/dialog";
import { SelectField, TextField } from "../../parts/field";
import f from "../../parts/form.module.css";
import { parsed, typed } from "../inbox/profile/value";
import type { Decision } from "./queue";
import { targetName } from "./words";

const INPUT: Record<string, string> = { date: "date", email: "email", url: "url", phone: "tel" };

export function Change(props: { reviews: readonly Review[]; onDecide: (decision: Decision) => void; onClose: () => void }) {
  const first = () => props.reviews[0]!;
  const many = () => props.reviews.length > 1;
  const placeOf = (r: Review) => (r.target === "field" ? `field:${r.key}` : r.target);
  const [place, setPlace] = createSignal(placeOf(first()));
  const fields = () => reference.fields.filter((x) => x.entity === "customer");
  const field = () => fields().find((x) => `field:${x.key}` === place());
  const type = () => field()?.type ?? (place() === "phone" || place() === "email" ? place() : "text");
  const [text, setText] = createSignal(typed(type(), first().value));
  const [tried, setTried] = createSignal(false);
  const sameValue = () => text() === typed(type(), first().value);
  const nothing = () => (many() || sameValue()) && place() === placeOf(first()) && props.reviews.every((r) => placeOf(r) === place());

  const submit = () => {
    setTried(true);
    if (nothing()) return;
    const moved = place() !== placeOf(first()) || many();
    const value = type() === "boolean" ? text() === "true" : type() === "multi_select" ? text().split(",").map((x) => x.trim()).filter(Boolean) : parsed(type(), text());
    props.onDecide({
      decision: "correct",
      ...(moved ? { target: (field() ? "field" : place()) as "phone", ...(field() ? { key: field()!.key } : {}) } : {}),
      ...(!many() && !sameValue() ? { value: value as never } : {}),
    });
  };

  return (
    <Dialog
      open
      onClose={props.onClose}
      title={many() ? tn("reviews.change_many", props.reviews.length) : `${t("reviews.change_title")}: ${targetName(first().target, first().key)}`}
      actions={
        <>
          <Button onClick={() => props.onClose()}>{t("common.cancel")}</Button>
          <Button look="primary" onClick={submit}>{t("reviews.correct")}</Button>
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
        <Show when={!many()}>
          <Show
            when={type() === "select" || type() === "boolean"}
            fallback={<TextField autofocus label={t("reviews.change_value")} type={INPUT[type()] ?? "text"} value={text()} error={tried() && nothing() ? t("reviews.change_same") : undefined} onInput={(e) => setText(e.currentTarget.value)} />}
          >
            <SelectField autofocus label={t("reviews.change_value")} error={tried() && nothing() ? t("reviews.change_same") : undefined} onChange={(e) => setText(e.currentTarget.value)}>
              <Show
                when={type() === "select"}
                fallback={
                  <>
                    <option value="true" selected={text() === "true"}>{t("common.yes")}</option>
                    <option value="false" selected={text() === "false"}>{t("common.no")}</option>
                  </>
                }
              >
                <For each={field()?.options ?? []}>{(o) => <option value={o} selected={o === text()}>{o}</option>}</For>
              </Show>
            </SelectField>
          </Show>
        </Show>
        <SelectField label={t("reviews.change_target")} autofocus={many()} error={many() && tried() && nothing() ? t("reviews.change_same") : undefined} onChange={(e) => setPlace(e.currentTarget.value)}>
          <For each={["phone", "email", "name"] as const}>{(x) => <option value={x} selected={x === place()}>{t(`reviews.target_${x}`)}</option>}</For>
          <For each={fields()}>{(x) => <option value={`field:${x.key}`} selected={`field:${x.key}` === place()}>{x.name}</option>}</For>
        </SelectField>
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}
