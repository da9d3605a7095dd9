import { Navigate, useNavigate, useSearchParams } from "@solidjs/router";
import { For, Show, createResource, createSignal, onCleanup } from "solid-js";
import { json } from "../api/client";
import type { Session, SetupState } from "../api/contract";
import { Problem, explain } from "../api/problem";
import { t } from "../i18n";
import { duration } from "../i18n/format";
import { Button } from "../parts/button";
import { FormError, TextField } from "../parts/field";
import { BuildingIcon } from "../parts/icons";
import { askSession, enter, session } from "../session";
import { Door } from "./account/door";
import { PasswordField } from "./account/password";
import s from "./account/door.module.css";

export default function Login() {
  const navigate = useNavigate();
  const [params] = useSearchParams<{ to?: string }>();
  const [asked, { refetch }] = createResource(async () => {
    if (session() === undefined) await askSession();
    return json<SetupState>("GET", "/setup");
  });
  const state = () => (asked.error ? undefined : asked());
  // Only to a path of ours: `//elsewhere` would leave the site.
  const onward = () => (params.to && /^\/(?![/\\])/.test(params.to) ? params.to : "/inbox");

  const [email, setEmail] = createSignal("");
  const [password, setPassword] = createSignal("");
  const [code, setCode] = createSignal("");
  const [needsCode, setNeedsCode] = createSignal(false);
  const [organizations, setOrganizations] = createSignal<{ id: string; name: string }[]>([]);
  const [organization, setOrganization] = createSignal<string | undefined>();
  const [error, setError] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [until, setUntil] = createSignal(0);
  const [clock, setClock] = createSignal(Date.now());
  const ticking = setInterval(() => setClock(Date.now()), 1000);
  onCleanup(() => clearInterval(ticking));
  const waiting = () => Math.max(0, until() - clock());

  async function submit(): Promise<void> {
    setBusy(true);
    setError("");
    try {
      const body = {
        email: email().trim(),
        password: password(),
        ...(needsCode() && code() ? { code: code().replace(/\s/g, "") } : {}),
        ...(organization() ? { organization_id: organization() } : {}),
      };
      enter(await json<Session>("POST", "/session", { body }));
      navigate(onward(), { replace: true });
    } catch (problem) {
      refused(problem);
    } finally {
      setBusy(false);
    }
  }

  function refused(problem: unknown): void {
    const which = problem instanceof Problem ? problem.code : "";
    if (which === "code_required") setNeedsCode(true);
    else if (which === "wrong_code") {
      setNeedsCode(true);
      setCode("");
      setError(t("account.wrong_code"));
    } else if (which === "wrong_credentials") setError(t("account.wrong_credentials"));
    else if (which === "choose_organization") setOrganizations((problem as Problem).body.organizations as { id: string; name: string }[]);
    else if (problem instanceof Problem && problem.status === 429) {
      setUntil(Date.now() + (problem.retryAfter ?? 30) * 1000);
      setClock(Date.now());
    } else setError(explain(problem));
  }

  /** Back to the first step. */
  const another = () => {
    setNeedsCode(false);
    setCode("");
    setPassword("");
    setOrganization(undefined);
    setError("");
  };

  const choose = (id: string) => {
    setOrganization(id);
    setOrganizations([]);
    void submit();
  };

  return (
    <Show when={!session()} fallback={<Navigate href={onward()} />}>
      <Show when={!state()?.needed} fallback={<Navigate href="/setup" />}>
        <Show
          when={organizations().length === 0}
          fallback={
            <Door title={t("account.choose_organization")}>
              <div class={s.choices}>
                <For each={organizations()}>
                  {(o) => (
                    <button type="button" class={s.choice} onClick={() => choose(o.id)}>
                      <BuildingIcon size={22} />
                      <strong>{o.name}</strong>
                    </button>
                  )}
                </For>
              </div>
            </Door>
          }
        >
          <Door
            title={t("account.sign_in")}
            text={state()?.demo ? t("account.demo") : undefined}
            foot={
              <Show when={needsCode()} fallback={t("account.forgot")}>
                <Button look="quiet" small onClick={() => another()}>{t("account.other_email")}</Button>
              </Show>
            }
          >
            <Show when={asked.error}>
              <FormError message={explain(asked.error)} />
              <Button onClick={() => void refetch()}>{t("common.try_again")}</Button>
            </Show>
            <form
              onSubmit={(e) => {
                e.preventDefault();
                void submit();
              }}
            >
              <Show
                when={!needsCode()}
                fallback={
                  <TextField
                    label={t("account.code")}
                    hint={t("account.code_hint")}
                    inputmode="numeric"
                    autocomplete="one-time-code"
                    ref={(e) => queueMicrotask(() => e.focus())}
                    required
                    value={code()}
                    onInput={(e) => setCode(e.currentTarget.value)}
                  />
                }
              >
                <TextField
                  label={t("account.email")}
                  type="email"
                  name="email"
                  autocomplete="username"
                  required
                  autofocus
                  value={email()}
                  onInput={(e) => setEmail(e.currentTarget.value)}
                />
                <PasswordField
                  label={t("account.password")}
                  name="password"
                  autocomplete="current-password"
                  required
                  value={password()}
                  onInput={(e) => setPassword(e.currentTarget.value)}
                />
              </Show>
              <FormError message={waiting() > 0 ? t("account.wait", { time: duration(waiting()) }) : error()} />
              <Button type="submit" look="primary" busy={busy()} disabled={waiting() > 0}>
                {t("account.sign_in")}
              </Button>
            </form>
          </Door>
        </Show>
      </Show>
    </Show>
  );
}
