// The live test: asks the server, which asks WhatsApp; each thing that is wrong with what helps.
import { For, Show, createResource, createSignal } from "solid-js";
import { api, call } from "../../api/client";
import type { components } from "../../api/schema";
import type { Channel } from "../../api/types";
import { refresh } from "../../data/reference";
import { t, tn, tx } from "../../i18n";
import { dateTime } from "../../i18n/format";
import { Button } from "../../parts/button";
import { AlertIcon, CircleCheckIcon, RefreshIcon } from "../../parts/icons";
import { tellError } from "../../parts/toast";
import { may } from "../../session";
import { Status } from "./kinds";
import css from "../../parts/form.module.css";
import s from "./channels.module.css";

type Check = components["schemas"]["Check"];

export function Test(props: { channel: Channel }) {
  const [busy, setBusy] = createSignal(false);
  const [fresh, setFresh] = createSignal<Check>();
  const [status] = createResource(
    () => [props.channel.id, props.channel.status, props.channel.checked_at] as const,
    ([id]) => call(api.GET("/api/v1/channels/{id}/status", { params: { path: { id } } })),
  );
  const check = () => fresh() ?? status.latest?.check;
  const run = async () => {
    setBusy(true);
    try {
      setFresh(await call(api.POST("/api/v1/channels/{id}/check", { params: { path: { id: props.channel.id } } })));
      await refresh("channels");
    } catch (error) {
      tellError(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class={css.card} aria-labelledby="test">
      <header>
        <h2 id="test">{t("channels.test_title")}</h2>
        <Status status={props.channel.status} />
      </header>
      <Show when={props.channel.problem && !fresh()}>
        {(_) => <Problem title={props.channel.problem!.title} advice={props.channel.problem!.advice} details={props.channel.problem!.details} code={props.channel.problem!.code} />}
      </Show>
      <div aria-live="polite" class={css.form}>
        <Show when={fresh()?.ok}>
          <p class={s.ok}>
            <CircleCheckIcon size={18} /> {t(fresh()!.live ? "channels.test_ok_live" : "channels.test_ok")}
          </p>
        </Show>
        <Show when={fresh() && !fresh()!.ok && !fresh()!.live && props.channel.type === "whatsapp"}>
          <p class="muted">{t("channels.test_not_live")}</p>
        </Show>
        <For each={check()?.problems ?? []}>{(p) => <Problem title={p.message} advice={p.advice} details={p.details} code={p.code} />}</For>
      </div>
      <Show when={(status.latest?.waiting ?? 0) > 0}>
        <p>{tn("channels.waiting", status.latest!.waiting)}</p>
      </Show>
      <Show when={(status.latest?.unknown ?? 0) > 0}>
        <p>{tn("channels.unknown", status.latest!.unknown)}</p>
      </Show>
      <div class={css.buttons}>
        <Show when={may("setup:write")}>
          <Button icon={<RefreshIcon size={16} />} busy={busy()} onClick={() => void run()}>
            {t("channels.test")}
          </Button>
        </Show>
        <Show when={props.channel.checked_at}>{(at) => <span class="muted">{t("channels.checked", { time: dateTime(at()) })}</span>}</Show>
      </div>
    </section>
  );
}

function Problem(props: { title: string; advice?: string | null; details?: string | null; code: string }) {
  // The server's sentence is a detail of some of ours.
  const ours = () => tx("refusals", `check_${props.code}`, tx("refusals", `wa_${props.code}`, ""), { detail: props.title });
  return (
    <div class={s.trouble}>
      <AlertIcon size={18} />
      <div>
        <strong>{ours() || props.title}</strong>
        <Show when={!ours() && props.advice}>
          <p>{props.advice}</p>
        </Show>
        <Show when={props.details}>
          <p class="muted">{props.details}</p>
        </Show>
        <p class={s.codeLine}>{t("channels.problem_code", { code: props.code })}</p>
      </div>
    </div>
  );
}
