// The second factor: password, QR code, a code to prove that the app has it, recovery codes; and its end.
import { For, Match, Show, Switch, createSignal } from "solid-js";
import { json } from "../../api/client";
import type { SecondFactor } from "../../api/setup";
import { t } from "../../i18n";
import { Badge } from "../../parts/badge";
import { Button } from "../../parts/button";
import { TextField } from "../../parts/field";
import { createSubmit } from "../../parts/form";
import css from "../../parts/form.module.css";
import { Copyable, copy } from "../../parts/secret";
import { tell } from "../../parts/toast";
import { askSession, me } from "../../session";
import { FormDialog } from "./formdialog";
import { Dialog } from "../../parts/dialog";
import s from "./settings.module.css";

export function SecondFactorCard() {
  const [step, setStep] = createSignal<"password" | "scan" | "codes" | "stop">();
  const [password, setPassword] = createSignal("");
  const [code, setCode] = createSignal("");
  const [factor, setFactor] = createSignal<SecondFactor>();
  const [recovery, setRecovery] = createSignal<string[]>([]);
  const form = createSubmit();
  const open = (next: "password" | "stop") => {
    form.clear();
    setPassword("");
    setCode("");
    setStep(next);
  };
  /** A dialog closes after it has saved; the next step opens then. */
  let next: ReturnType<typeof step>;
  const close = () => {
    setStep(next);
    next = undefined;
  };
  const passwordField = () => <TextField autofocus label={t("settings.password_current")} type="password" autocomplete="current-password" required error={form.wrong("password")} value={password()} onInput={(e) => setPassword(e.currentTarget.value)} />;
  const codeField = () => <TextField label={t("settings.totp_code")} inputmode="numeric" autocomplete="one-time-code" required maxLength={16} error={form.wrong("code")} value={code()} onInput={(e) => setCode(e.currentTarget.value)} />;
  return (
    <section class={css.card} aria-labelledby="totp">
      <header>
        <h3 id="totp">{t("settings.totp")}</h3>
        <Show when={me().totp}>
          <Badge tone="success">{t("common.yes")}</Badge>
        </Show>
      </header>
      <p>{me().totp ? t("settings.totp_on") : t("settings.totp_off")}</p>
      <div class={css.buttons}>
        <Show when={me().totp} fallback={<Button look="primary" onClick={() => open("password")}>{t("settings.totp_start")}</Button>}>
          <Button onClick={() => open("stop")}>{t("settings.totp_stop")}</Button>
        </Show>
      </div>
      <Switch>
        <Match when={step() === "password"}>
          <FormDialog
            title={t("settings.totp")}
            form={form}
            fields={["password"]}
            save={t("common.next")}
            onClose={close}
            onSave={async () => {
              setFactor(await json<SecondFactor>("POST", "/session/totp", { body: { password: password() } }));
              next = "scan";
            }}
          >
            {passwordField()}
          </FormDialog>
        </Match>
        <Match when={step() === "scan" && factor()}>
          {(f) => (
            <FormDialog
              title={t("settings.totp")}
              form={form}
              fields={["code"]}
              save={t("settings.totp_confirm")}
              onClose={close}
              onSave={async () => {
                setRecovery((await json<{ recovery_codes: string[] }>("POST", "/session/totp/confirm", { body: { code: code().replace(/\s/g, "") } })).recovery_codes);
                await askSession();
                tell(t("settings.totp_enabled"));
                next = "codes";
              }}
            >
              <p>{t("settings.totp_scan")}</p>
              <img class={s.qr} alt={t("settings.totp_qr")} src={`data:image/svg+xml,${encodeURIComponent(f().qr_svg)}`} />
              <p class="muted">{t("settings.totp_secret")}</p>
              <Copyable label={t("settings.totp_secret")} text={f().secret} />
              {codeField()}
            </FormDialog>
          )}
        </Match>
        <Match when={step() === "codes"}>
          <Dialog
            open
            onClose={close}
            title={t("settings.totp_recovery")}
            actions={
              <>
                <Button onClick={() => copy(recovery().join("\n"))}>{t("common.copy")}</Button>
                <Button look="primary" onClick={close}>{t("settings.totp_kept")}</Button>
              </>
            }
          >
            <p>{t("settings.totp_recovery_text")}</p>
            <ul class={s.codes}>
              <For each={recovery()}>{(x) => <li>{x}</li>}</For>
            </ul>
          </Dialog>
        </Match>
        <Match when={step() === "stop"}>
          <FormDialog
            title={t("settings.totp_stop")}
            form={form}
            fields={["password", "code"]}
            save={t("settings.totp_stop")}
            onClose={close}
            onSave={async () => {
              await json("DELETE", "/session/totp", { body: { password: password(), code: code().replace(/\s/g, "") } });
              await askSession();
              tell(t("settings.totp_disabled"));
            }}
          >
            {passwordField()}
            {codeField()}
          </FormDialog>
        </Match>
      </Switch>
    </section>
  );
}
