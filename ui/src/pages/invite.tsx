import { A, useNavigate, useSearchParams } from "@solidjs/router";
import { Show, createResource, createSignal } from "solid-js";
import { json } from "../api/client";
import type { Session } from "../api/contract";
import { Problem, explain } from "../api/problem";
import { t, tx } from "../i18n";
import { Button } from "../parts/button";
import { FormError, TextField } from "../parts/field";
import { Skeleton } from "../parts/state";
import { createSubmit } from "../parts/form";
import { enter } from "../session";
import { Door } from "./account/door";
import { PasswordField } from "./account/password";

interface Invitation {
  organization: string;
  email: string;
  role: string;
  name: string | null;
}

export default function Invite() {
  const navigate = useNavigate();
  const [params] = useSearchParams<{ token?: string }>();
  // In the fragment it is in no server's log.
  const token = params.token ?? new URLSearchParams(window.location.hash.slice(1).replace(/^\/?\??/, "")).get("token") ?? "";
  const [invitation] = createResource(async () => {
    try {
      return await json<Invitation>("POST", "/invitations/look", { body: { token } });
    } catch (error) {
      if (error instanceof Problem && error.status >= 400 && error.status < 500) return null;
      throw error;
    }
  });
  const [name, setName] = createSignal<string>();
  const [password, setPassword] = createSignal("");
  const { busy, wrong, whole, run } = createSubmit();
  const submit = (known: Invitation) =>
    run(async () => {
      enter(await json<Session>("POST", "/invitations/accept", { body: { token, name: name() ?? known.name ?? "", password: password() } }));
      navigate("/inbox", { replace: true });
    });

  return (
    <Show when={!invitation.loading} fallback={<Skeleton lines={5} />}>
      <Show
        when={!invitation.error && invitation()}
        fallback={
          <Door
            title={invitation.error ? t("common.failed") : t("account.invite_gone")}
            text={invitation.error ? explain(invitation.error) : t("account.invite_gone_text")}
          >
            <A href="/login">{t("account.sign_in")}</A>
          </Door>
        }
      >
        {(known) => (
          <Door
            title={t("account.invite_title", { organization: known().organization })}
            text={t("account.invite_text", { role: tx("account", `role_${known().role}`, known().role), email: known().email })}
          >
            <form
              onSubmit={(e) => {
                e.preventDefault();
                void submit(known());
              }}
            >
              <input type="hidden" autocomplete="username" value={known().email} />
              <TextField
                label={t("account.name")}
                error={wrong("name")}
                autocomplete="name"
                required
                value={name() ?? known().name ?? ""}
                onInput={(e) => setName(e.currentTarget.value)}
              />
              <PasswordField
                label={t("account.password")}
                hint={t("account.password_hint")}
                error={wrong("password")}
                autocomplete="new-password"
                required
                value={password()}
                onInput={(e) => setPassword(e.currentTarget.value)}
              />
              <FormError message={whole("name", "password")} />
              <Button type="submit" look="primary" busy={busy()}>
                {t("account.invite_accept")}
              </Button>
            </form>
          </Door>
        )}
      </Show>
    </Show>
  );
}
