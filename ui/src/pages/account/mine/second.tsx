// The second factor: put on with an authenticator app, taken off with password and code.
import { For, Match, Show, Switch, createSignal } from "solid-js";
import { json } from "../../../api/client";
import { Problem, explain } from "../../../api/problem";
import { t } from "../../../i18n";
import { Badge } from "../../../parts/badge";
import { Button } from "../../../parts/button";
import { FormError, TextField } from "../../../parts/field";
import { CopyIcon, ShieldIcon } from "../../../parts/icons";
import { tell, tellError } from "../../../parts/toast";
import { askSession, me } from "../../../session";
import { PasswordField } from "../password";
import { Section } from "./section";
import s from "./mine.module.css";

interface Begun {
  secret: string;
  otpauth_url: string;
  qr_svg: string;
}
type Step = { at: "rest" } | { at: "password" } | { at: "scan"; begun: Begun } | { at: "codes"; codes: string[] };

export function SecondFactor() {
  const [step, setStep] = createSignal<Step>({ at: "rest" });
  const [password, setPassword] = createSignal("");
  const [code, setCode] = createSignal("");
  const [problem, setProblem] = createSignal<unknown>();
  const [busy, setBusy] = createSignal(false);

  const attempt = async (run: () => Promise<Step>) => {
    setBusy(true);
    setProblem(undefined);
    try {
      setStep(await run());
      setPassword("");
      setCode("");
    } catch (refused) {
      setProblem(refused);
    } finally {
      setBusy(false);
    }
  };
  const wrong = (field: string) => {
    const p = problem();
    return p instanceof Problem ? p.field(field) : undefined;
  };
  /** What is about neither of the fields. */
  const error = () => (problem() && !wrong("password") && !wrong("code") ? explain(problem()) : "");
  const digits = () => code().replace(/\s/g, "");
  const begin = () => attempt(async () => ({ at: "scan", begun: await json<Begun>("POST", "/session/totp", { body: { password: password() } }) }));
  const confirm = () =>
    attempt(async () => {
      const { recovery_codes } = await json<{ recovery_codes: string[] }>("POST", "/session/totp/confirm", { body: { code: digits() } });
      await askSession();
      return { at: "codes", codes: recovery_codes };
    });
  const takeOff = () =>
    attempt(async () => {
      await json("DELETE", "/session/totp", { body: { password: password(), code: digits() } });
      await askSession();
      tell(t("account.second_off_done"));
      return { at: "rest" };
    });
  const scan = () => (step().at === "scan" ? (step() as Extract<Step, { at: "scan" }>).begun : undefined);
  const codes = () => (step().at === "codes" ? (step() as Extract<Step, { at: "codes" }>).codes : undefined);

  const codeField = () => (
    <TextField label={t("account.code")} hint={t("account.code_hint")} error={wrong("code")} inputmode="numeric" autocomplete="one-time-code" required value={code()} onInput={(e) => setCode(e.currentTarget.value)} />
  );
  const passwordField = () => (
    <PasswordField label={t("account.password")} autocomplete="current-password" error={wrong("password")} required value={password()} onInput={(e) => setPassword(e.currentTarget.value)} />
  );
  const submit = (run: () => void) => (e: SubmitEvent) => {
    e.preventDefault();
    run();
  };

  return (
    <Section title={t("account.second")} text={t("account.second_text")}>
      <Show when={me().totp} fallback={<Badge>{t("account.second_is_off")}</Badge>}>
        <Badge tone="success" icon={<ShieldIcon />}>
          {t("account.second_is_on")}
        </Badge>
      </Show>
      <Switch>
        <Match when={step().at === "rest"}>
          <Button onClick={() => setStep({ at: "password" })}>{me().totp ? t("account.second_take_off") : t("account.second_put_on")}</Button>
        </Match>
        <Match when={step().at === "password"}>
          <form onSubmit={submit(() => void (me().totp ? takeOff() : begin()))}>
            {passwordField()}
            <Show when={me().totp}>{codeField()}</Show>
            <FormError message={error()} />
            <Button type="submit" look="primary" busy={busy()}>
              {t("common.next")}
            </Button>
          </form>
        </Match>
        <Match when={scan()}>
          {(begun) => (
            <>
              <p>{t("account.second_scan")}</p>
              <img class={s.qr} src={`data:image/svg+xml,${encodeURIComponent(begun().qr_svg)}`} alt={t("account.second_qr")} />
              <p class={s.secret}>{begun().secret.match(/.{1,4}/g)?.join(" ")}</p>
              <form onSubmit={submit(() => void confirm())}>
                {codeField()}
                <FormError message={error()} />
                <Button type="submit" look="primary" busy={busy()}>
                  {t("account.second_confirm")}
                </Button>
              </form>
            </>
          )}
        </Match>
        <Match when={codes()}>
          {(list) => (
            <>
              <p>{t("account.recovery_text")}</p>
              <ul class={s.codes}>
                <For each={list()}>{(c) => <li>{c}</li>}</For>
              </ul>
              <Button icon={<CopyIcon size={15} />} onClick={() => void navigator.clipboard.writeText(list().join("\n")).then(() => tell(t("common.copied")), tellError)}>
                {t("common.copy")}
              </Button>
              <Button look="primary" onClick={() => setStep({ at: "rest" })}>
                {t("account.recovery_kept")}
              </Button>
            </>
          )}
        </Match>
      </Switch>
    </Section>
  );
}
