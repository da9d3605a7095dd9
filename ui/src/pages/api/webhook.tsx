// One webhook: how it does, what is done with it, its calls.
import { useNavigate } from "@solidjs/router";
import { Show, createResource, createSignal, onCleanup } from "solid-js";
import { api, call } from "../../api/client";
import { t, tx } from "../../i18n";
import { dateTime, shortTime } from "../../i18n/format";
import { epoch, onEvents } from "../../live/stream";
import { Button } from "../../parts/button";
import { Confirm, Dialog } from "../../parts/dialog";
import css from "../../parts/form.module.css";
import { PencilIcon, PlayIcon, RefreshIcon, RetryIcon } from "../../parts/icons";
import { Copyable } from "../../parts/secret";
import { Failed, Skeleton } from "../../parts/state";
import { tell, tellError } from "../../parts/toast";
import { may } from "../../session";
import { Calls } from "./calls";
import { Replay } from "./replay";
import { WebhookForm } from "./webhookform";
import { WebhookState, topicsText } from "./webhooks";
import s from "./api.module.css";

export function WebhookPage(props: { id: string }) {
  const navigate = useNavigate();
  const path = () => ({ path: { id: props.id } });
  const [hook, { refetch, mutate }] = createResource(
    () => [props.id, epoch()] as const,
    ([id]) => call(api.GET("/api/v1/webhooks/{id}", { params: { path: { id } } })),
  );
  onCleanup(onEvents(["setup.changed"], () => void refetch()));
  const [editing, setEditing] = createSignal(false);
  const [asking, setAsking] = createSignal<"rotate" | "delete">();
  const [secret, setSecret] = createSignal("");
  const [replaying, setReplaying] = createSignal(false);
  const [testing, setTesting] = createSignal(false);
  /** Counts up where calls should be looked at again. */
  const [seen, setSeen] = createSignal(0);

  const attempt = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      tellError(error);
    }
  };
  const toggle = () => attempt(async () => mutate(await call(api.PATCH("/api/v1/webhooks/{id}", { params: path(), body: { active: !hook()!.active } }))));
  const test = async () => {
    setTesting(true);
    await attempt(async () => {
      const made = await call(api.POST("/api/v1/webhooks/{id}/test", { params: path() }));
      if (made.status && made.status < 300) tell(t("api.test_ok", { status: made.status, ms: made.duration_ms }));
      else tellError(new Error(t("api.test_failed", { error: made.error ?? String(made.status ?? "") })));
    });
    setTesting(false);
    setSeen(seen() + 1);
  };
  const rotate = () =>
    attempt(async () => {
      const made = await call(api.POST("/api/v1/webhooks/{id}/rotate_secret", { params: path(), body: {} }));
      setSecret(made.secret);
      void refetch();
    }).then(() => setAsking(undefined));
  const remove = () =>
    attempt(async () => {
      await call(api.DELETE("/api/v1/webhooks/{id}", { params: path() }));
      tell(t("api.deleted"));
      navigate("/api-keys/webhooks");
    }).then(() => setAsking(undefined));

  return (
    <Show when={!hook.error} fallback={<Failed error={hook.error} onRetry={refetch} />}>
      <Show when={hook.latest} fallback={<Skeleton lines={5} />}>
        {(h) => (
          <>
            <section class={css.card}>
              <header>
                <h2 class={s.url}>{h().url}</h2>
                <WebhookState hook={h()} />
              </header>
              <p class="muted">{[h().description, topicsText(h())].filter(Boolean).join(" · ")}</p>
              <Show when={h().disabled_at && !h().active}>
                <p class={s.banner} role="alert">
                  {t("api.disabled_banner", { time: shortTime(h().disabled_at!), reason: tx("api", `reason_${h().disabled_reason}`, h().disabled_reason ?? "") })}
                </p>
              </Show>
              <Show when={h().previous_secret_until}>{(until) => <p>{t("api.both_until", { time: dateTime(until()) })}</p>}</Show>
              <Show when={may("setup:write")}>
                <div class={css.buttons}>
                  <Button icon={<PlayIcon size={15} />} busy={testing()} onClick={() => void test()}>{t("api.test")}</Button>
                  <Button icon={<RetryIcon size={15} />} onClick={() => setReplaying(true)}>{t("api.replay")}</Button>
                  <Button icon={<PencilIcon size={15} />} onClick={() => setEditing(true)}>{t("common.edit")}</Button>
                  <Button icon={<RefreshIcon size={15} />} onClick={() => setAsking("rotate")}>{t("api.rotate")}</Button>
                  <Button look={h().active ? "plain" : "primary"} onClick={() => void toggle()}>{h().active ? t("api.switch_off") : t("api.switch_on")}</Button>
                  <Button look="quiet" onClick={() => setAsking("delete")}>{t("common.delete")}</Button>
                </div>
              </Show>
            </section>
            <Calls id={props.id} seen={seen()} />
            <Show when={editing()}>
              <WebhookForm hook={h()} onClose={() => setEditing(false)} onDone={() => void refetch()} />
            </Show>
            <Show when={replaying()}>
              <Replay id={props.id} onClose={() => setReplaying(false)} onDone={() => setSeen(seen() + 1)} />
            </Show>
            <Confirm open={asking() === "rotate"} title={t("api.rotate")} text={t("api.rotate_text")} confirm={t("api.rotate")} onConfirm={() => void rotate()} onClose={() => setAsking(undefined)} />
            <Confirm open={asking() === "delete"} danger title={t("api.delete_webhook")} text={t("api.delete_webhook_text", { url: h().url })} confirm={t("common.delete")} onConfirm={() => void remove()} onClose={() => setAsking(undefined)} />
            <Dialog open={secret() !== ""} onClose={() => setSecret("")} title={t("api.secret")} actions={<Button look="primary" onClick={() => setSecret("")}>{t("api.copied_it")}</Button>}>
              <p>{t("api.signing_secret_once")}</p>
              <Copyable label={t("api.secret")} text={secret()} />
            </Dialog>
          </>
        )}
      </Show>
    </Show>
  );
}
