import { createSignal } from "solid-js";
import { json } from "../../../api/client";
import { Problem, explain } from "../../../api/problem";
import { t } from "../../../i18n";
import { Button } from "../../../parts/button";
import { FormError } from "../../../parts/field";
import { tell } from "../../../parts/toast";
import { PasswordField } from "../password";
import { Section } from "./section";

export function PasswordChange() {
  const [current, setCurrent] = createSignal("");
  const [next, setNext] = createSignal("");
  const [problem, setProblem] = createSignal<unknown>();
  const [busy, setBusy] = createSignal(false);
  const wrong = (field: string) => {
    const p = problem();
    return p instanceof Problem ? p.field(field) : undefined;
  };
  const save = () => {
    setBusy(true);
    setProblem(undefined);
    json("POST", "/session/password", { body: { current: current(), new: next() } })
      .then(() => {
        setCurrent("");
        setNext("");
        tell(t("account.password_changed"));
      }, setProblem)
      .finally(() => setBusy(false));
  };
  return (
    <Section title={t("account.password")} text={t("account.password_text")}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          save();
        }}
      >
        <PasswordField label={t("account.password_now")} autocomplete="current-password" error={wrong("current")} required value={current()} onInput={(e) => setCurrent(e.currentTarget.value)} />
        <PasswordField label={t("account.password_new")} hint={t("account.password_hint")} autocomplete="new-password" error={wrong("new")} required value={next()} onInput={(e) => setNext(e.currentTarget.value)} />
        <FormError message={problem() && !wrong("current") && !wrong("new") ? explain(problem()) : ""} />
        <Button type="submit" busy={busy()}>
          {t("account.password_change")}
        </Button>
      </form>
    </Section>
  );
}
