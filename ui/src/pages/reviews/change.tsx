// The right value, or what it really is. Of several at once only the latter: their values differ.
import { For, Show, createSignal } from "solid-js";
import type { Review } from "../../api/types";
import { reference } from "../../data/reference";
import { t, tn } from "../../i18n";
import { Button } from "../../parts/button";
import { Dialog } from "../../parts/dialog";
import { Checkbox, FormError, SelectField, TextField } from "../../parts/field";
import f from "../../parts/form.module.css";
import { parsed, typed } from "../inbox/profile/value";
import type { Decision } from "./queue";
import { targetName } from "./words";

const INPUT: Record<string, string> = { date: "date", email: "email", url: "url", phone: "tel" };

export function Change(props: { reviews: readonly Review[]; /** Answers why it was refused. */ onDecide: (decision: Decision) => Promise<string | undefined>; onClose: () => void }) {
  const first = () => props.reviews[0]!;
  const many = () => props.reviews.length > 1;
  const placeOf = (r: Review) => (r.target === "field" ? `field:${r.key}` : r.target);
  const [place, setPlace] = createSignal(placeOf(first()));
  const fields = () => reference.fields.filter((x) => x.entity === "customer");
  const field = () => fields().find((x) => `field:${x.key}` === place());
  const type = () => field()?.type ?? (place() === "phone" || place() === "email" ? place() : "text");
  const [text, setText] = createSignal(typed(type(), first().value));
  const [ticked, setTicked] = createSignal<string[]>(Array.isArray(first().value) ? (first().value as unknown[]).map(String) : []);
  const [refused, setRefused] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);
  const [tried, setTried] = createSignal(false);
  const sameValue = () => (type() === "multi_select" ? JSON.stringify(ticked()) === JSON.stringify(first().value) : text() === typed(type(), first().value));
  const wrong = () => refused() ?? (tried() && nothing() ? t("reviews.change_same") : undefined);
  const nothing = () => (many() || sameValue()) && place() === placeOf(first()) && props.reviews.every((r) => placeOf(r) === place());

  const submit = () => {
    setTried(true);
    if (nothing()) return;
    const moved = place() !== placeOf(first()) || many();
    const value = type() === "boolean" ? text() === "true" : type() === "multi_select" ? ticked() : parsed(type(), text());
    setBusy(true);
    setRefused(undefined);
    void props.onDecide({
      decision: "correct",
      ...(moved ? { target: (field() ? "field" : place()) as "phone", ...(field() ? { key: field()!.key } : {}) } : {}),
      ...(!many() && !sameValue() ? { value: value as never } : {}),
    }).then(setRefused).finally(() => setBusy(false));
  };

  return (
    <Dialog
      open
      onClose={props.onClose}
      title={many() ? tn("reviews.change_many", props.reviews.length) : `${t("reviews.change_title")}: ${targetName(first().target, first().key)}`}
      actions={
        <>
          <Button onClick={() => props.onClose()}>{t("common.cancel")}</Button>
          <Button look="primary" busy={busy()} onClick={submit}>{t("reviews.correct")}</Button>
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
          <Show when={type() === "multi_select"}>
            <fieldset class={f.group}>
              <legend>{t("reviews.change_value")}</legend>
              <For each={[...new Set([...(field()?.options ?? []), ...ticked()])]}>
                {(o) => <Checkbox label={o} checked={ticked().includes(o)} onChange={(e) => setTicked(e.currentTarget.checked ? [...ticked(), o] : ticked().filter((x) => x !== o))} />}
              </For>
              <FormError message={wrong()} />
            </fieldset>
          </Show>
          <Show when={type() !== "multi_select"}>
          <Show
            when={type() === "select" || type() === "boolean"}
            fallback={<TextField autofocus label={t("reviews.change_value")} type={INPUT[type()] ?? "text"} value={text()} error={wrong()} onInput={(e) => setText(e.currentTarget.value)} />}
          >
            <SelectField autofocus label={t("reviews.change_value")} error={wrong()} onChange={(e) => setText(e.currentTarget.value)}>
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
        </Show>
        <SelectField label={t("reviews.change_target")} autofocus={many()} error={many() ? wrong() : undefined} onChange={(e) => setPlace(e.currentTarget.value)}>
          <For each={["phone", "email", "name"] as const}>{(x) => <option value={x} selected={x === place()}>{t(`reviews.target_${x}`)}</option>}</For>
          <For each={fields()}>{(x) => <option value={`field:${x.key}`} selected={`field:${x.key}` === place()}>{x.name}</option>}</For>
        </SelectField>
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}
