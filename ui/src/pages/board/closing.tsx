// What a stage of won or lost asks for before a ticket goes there: the sum, the fields that must be filled, why.
import { For, Show, createSignal } from "solid-js";
import { createStore } from "solid-js/store";
import { api, call } from "../../api/client";
import { Problem, explain } from "../../api/problem";
import type { CustomField, Stage, Ticket } from "../../api/types";
import { reference } from "../../data/reference";
import { t } from "../../i18n";
import { decimal, decimalField } from "../../i18n/decimal";
import { money } from "../../i18n/format";
import { Button } from "../../parts/button";
import { Dialog } from "../../parts/dialog";
import { FormError, SelectField, TextArea, TextField } from "../../parts/field";
import { session } from "../../session";
import { parsed } from "../inbox/profile/value";
import { missingIn } from "./missing";
import css from "../../parts/form.module.css";

interface Props {
  /** None where many are closed at once: then no sum is asked for, and whoever asks saves the fields. */
  ticket?: Ticket;
  stage?: Stage;
  outcome: Stage["outcome"];
  name: string;
  /** The fields to be filled, where it is not one ticket that says so. */
  missing?: CustomField[];
  /** Somebody else closed it, or it is no more. */
  gone?: boolean;
  /** The ticket with what was filled in here, before it moves. */
  onSaved?: (ticket: Ticket) => void;
  onDone: (reason: string, filled: Record<string, unknown>) => Promise<void> | void;
  onClose: () => void;
}

export function Closing(props: Props) {
  const won = () => props.outcome === "won";
  const missing = (): CustomField[] => props.missing ?? missingIn(props.ticket!, reference.fields);
  const [form, setForm] = createStore<{ amount: string; currency: string; reason: string; fields: Record<string, string> }>({
    amount: props.ticket?.amount ? decimalField(props.ticket.amount) : "",
    currency: props.ticket?.currency ?? session()?.organization.currency ?? "",
    reason: "",
    fields: {},
  });
  const [problem, setProblem] = createSignal<unknown>();
  const [tried, setTried] = createSignal(false);
  const [busy, setBusy] = createSignal(false);
  const wrong = (field: string) => {
    const p = problem();
    return p instanceof Problem ? p.field(field) : undefined;
  };
  const sum = () => (form.amount.trim() === "" ? "" : (decimal(form.amount, form.currency) ?? form.amount.trim()));
  const isSum = () => /^\d+(\.\d+)?$/.test(sum());
  const amountWrong = () => (sum() !== "" && !isSum() ? t("board.amount_wrong") : wrong("amount"));
  const fieldWrong = (f: CustomField) => wrong(`metadata/${f.key}`) ?? (tried() && !form.fields[f.key]?.trim() ? t("board.field_required") : undefined);

  const saved = (ticket: Ticket) => props.onSaved?.(ticket);
  async function submit(): Promise<void> {
    setTried(true);
    if (props.gone || amountWrong() || missing().some((f) => !form.fields[f.key]?.trim())) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const metadata = Object.fromEntries(missing().map((f) => [f.key, f.type === "boolean" ? form.fields[f.key] === "true" : parsed(f.type, form.fields[f.key]!, f.currency)]));
      const ticket = props.ticket;
      const amount = ticket && won() && sum() !== "" && (sum() !== ticket.amount || form.currency !== ticket.currency) ? { amount: sum(), currency: form.currency } : {};
      if (ticket && (Object.keys(metadata).length > 0 || "amount" in amount))
        saved(await call(api.PATCH("/api/v1/tickets/{id}", { params: { path: { id: ticket.id } }, body: { ...amount, ...(Object.keys(metadata).length > 0 ? { metadata } : {}) } })));
      await props.onDone(form.reason, metadata);
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog
      open
      onClose={props.onClose}
      title={t(won() ? "board.won_title" : "board.lost_title", { name: props.name })}
      actions={
        <>
          <Button onClick={() => props.onClose()}>{t("common.cancel")}</Button>
          <Button look="primary" busy={busy()} disabled={props.gone} onClick={() => void submit()}>
            {t(won() ? "board.won_confirm" : "board.lost_confirm")}
          </Button>
        </>
      }
    >
      <form
        class={css.form}
        onSubmit={(e) => {
          e.preventDefault();
          void submit();
        }}
      >
        <p class="muted">{props.stage ? t("board.closing_text", { stage: props.stage.name }) : t("board.closing_many")}</p>
        <FormError message={props.gone ? t("board.gone") : problem() instanceof Problem && (problem() as Problem).errors.length > 0 ? undefined : problem() ? explain(problem()) : undefined} />
        <Show when={props.ticket && won()}>
          <div class={css.pair}>
            <TextField label={t("board.amount")} hint={isSum() && sum() !== form.amount.trim() ? `= ${money(sum(), form.currency)}` : t("board.amount_hint")} error={amountWrong()} inputmode="decimal" value={form.amount} onInput={(e) => setForm("amount", e.currentTarget.value)} />
            <TextField label={t("board.currency")} error={wrong("currency")} maxLength={3} value={form.currency} onInput={(e) => setForm("currency", e.currentTarget.value.toUpperCase())} />
          </div>
        </Show>
        <For each={missing()}>{(f) => <Asked field={f} value={form.fields[f.key] ?? ""} error={fieldWrong(f)} onChange={(v) => setForm("fields", f.key, v)} />}</For>
        <TextArea label={`${t(won() ? "board.won_reason" : "board.lost_reason")} (${t("common.optional")})`} maxLength={500} value={form.reason} onInput={(e) => setForm("reason", e.currentTarget.value)} />
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

const INPUT: Record<string, string> = { date: "date", email: "email", url: "url", phone: "tel" };

function Asked(props: { field: CustomField; value: string; error: string | undefined; onChange: (value: string) => void }) {
  const options = () => (props.field.type === "boolean" ? [["true", t("common.yes")], ["false", t("common.no")]] : props.field.options.map((o) => [o, o]));
  return (
    <Show
      when={props.field.type === "select" || props.field.type === "boolean"}
      fallback={
        <TextField
          label={props.field.name}
          error={props.error}
          type={INPUT[props.field.type] ?? "text"}
          inputmode={props.field.type === "number" || props.field.type === "currency" ? "decimal" : undefined}
          value={props.value}
          onInput={(e) => props.onChange(e.currentTarget.value)}
        />
      }
    >
      <SelectField label={props.field.name} error={props.error} value={props.value} onChange={(e) => props.onChange(e.currentTarget.value)}>
        <option value="">–</option>
        <For each={options()}>{([value, label]) => <option value={value}>{label}</option>}</For>
      </SelectField>
    </Show>
  );
}
