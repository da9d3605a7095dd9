import { A, useNavigate, useSearchParams } from "@solidjs/router";
import { Show, createResource, createSignal } from "solid-js";
import { json } from "../api/client";
import type { Session } from "../api/contract";
import { Problem, explain } from "../api/problem";
import { t } from "../i18n";
import { Button } from "../parts/button";
import { FormError, TextField } from "../parts/field";
import { createSubmit } from "../parts/form";
import { Skeleton } from "../parts/state";
import { enter } from "../session";
import { Door } from "./account/door";
import { PasswordField } from "./account/password";

interface ResetLink {
  organization: string;
  name: string;
  email: string;
  removes_totp: boolean;
  needs_code: boolean;
}

export default function Reset() {
  const navigate = useNavigate();
  const [params] = useSearchParams<{ token?: string }>();
  // In the fragment it is in no server's log.
  const token = params.token ?? new URLSearchParams(window.location.hash.slice(1).replace(/^\/?\??/, "")).get("token") ?? "";
  const [link] = createResource(async () => {
    try {
      return await json<ResetLink>("POST", "/reset_links/look", { body: { token } });
    } catch (error) {
      if (error instanceof Problem && (error.status === 404 || error.status === 400)) return null;
      throw error;
    }
  });
  const [password, setPassword] = createSignal("");
  const [code, setCode] = createSignal("");
  const { busy, wrong, whole, run } = createSubmit();
  const submit = () =>
    run(async () => {
      const body = { token, password: password(), ...(code() ? { code: code().replace(/\s/g, "") } : {}) };
      enter(await json<Session>("POST", "/reset_links/accept", { body }));
      navigate("/inbox", { replace: true });
    });

  return (
    <Show when={!link.loading} fallback={<Skeleton lines={5} />}>
      <Show
        when={!link.error && link()}
        fallback={
          <Door
            title={link.error ? t("common.failed") : t("account.reset_gone")}
            text={link.error ? explain(link.error) : t("account.reset_gone_text")}
          >
            <A href="/login">{t("account.sign_in")}</A>
          </Door>
        }
      >
        {(known) => (
          <Door
            title={t("account.reset_title", { name: known().name })}
            text={t(known().removes_totp ? "account.reset_text_second" : "account.reset_text", { organization: known().organization })}
          >
            <form
              onSubmit={(e) => {
                e.preventDefault();
                void submit();
              }}
            >
              <TextField label={t("account.email")} type="email" autocomplete="username" readonly value={known().email} />
              <PasswordField
                label={t("account.password_new")}
                hint={t("account.password_hint")}
                error={wrong("password")}
                autocomplete="new-password"
                required
                autofocus
                value={password()}
                onInput={(e) => setPassword(e.currentTarget.value)}
              />
              <Show when={known().needs_code}>
                <TextField
                  label={t("account.code")}
                  hint={t("account.code_hint")}
                  error={wrong("code")}
                  autocomplete="one-time-code"
                  required
                  value={code()}
                  onInput={(e) => setCode(e.currentTarget.value)}
                />
              </Show>
              <FormError message={whole("password", "code")} />
              <Button type="submit" look="primary" busy={busy()}>
                {t("account.reset_accept")}
              </Button>
            </form>
          </Door>
        )}
      </Show>
    </Show>
  );
}
