// The live test: asks the server, which asks WhatsApp; each thing that is wrong with what helps.
import { For, Show, createEffect, createResource, createSignal, on } from "solid-js";
import { api, call } from "../../api/client";
import type { components } from "../../api/schema";
import type { Channel } from "../../api/types";
import { whatsappWords } from "../../api/whatsapp";
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

export type Check = components["schemas"]["Check"];

/** While it is like this nothing goes out, and what is sent waits. */
const HOLDS = ["needs_token", "restricted", "not_registered"];

export function Test(props: { channel: Channel; tried: Check | undefined; onTried: (check: Check | undefined) => void }) {
  const [busy, setBusy] = createSignal(false);
  const fresh = () => props.tried;
  const [status] = createResource(
    () => [props.channel.id, props.channel.status, props.channel.checked_at] as const,
    ([id]) => call(api.GET("/api/v1/channels/{id}/status", { params: { path: { id } } })),
  );
  const check = () => fresh() ?? status.latest?.check;
  /** Nothing is known to be wrong: as it was tried here, or as WhatsApp last said. */
  const fine = () => (fresh() ? fresh()!.ok : props.channel.type === "whatsapp" && props.channel.status === "connected" && status.latest?.check.ok);
  // What was tried is no longer so once WhatsApp says something else by itself.
  createEffect(on(() => [props.channel.status, props.channel.problem?.code].join(), () => !busy() && props.onTried(undefined), { defer: true }));
  const run = async () => {
    setBusy(true);
    try {
      props.onTried(await call(api.POST("/api/v1/channels/{id}/check", { params: { path: { id: props.channel.id } } })));
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
        <Show when={fine()}>
          <p class={s.ok}>
            <CircleCheckIcon size={18} /> {t((fresh()?.live ?? true) ? "channels.test_ok_live" : "channels.test_ok")}
          </p>
        </Show>
        <Show when={fresh() && !fresh()!.ok && !fresh()!.live && props.channel.type === "whatsapp"}>
          <p class="muted">{t("channels.test_not_live")}</p>
        </Show>
        <For each={check()?.problems ?? []}>{(p) => <Problem title={p.message} advice={p.advice} details={p.details} code={p.code} />}</For>
      </div>
      <Show when={HOLDS.includes(props.channel.status)}>
        <p>{t("channels.holds")}</p>
      </Show>
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

/** The field that is missing, as its label here calls it: `access_token is not set.` */
const missing = (sentence: string): string => tx("channels", /^(\w+) is (?:not set|missing)/.exec(sentence)?.[1] ?? "", sentence);

function Problem(props: { title: string; advice?: string | null; details?: string | null; code: string }) {
  // The server's sentence is a detail of some of ours.
  const ours = () => tx("refusals", `check_${props.code}`, whatsappWords(props.code), { detail: missing(props.title) });
  /** What it is, and what helps. */
  const said = () => (ours() ? ours().split(/(?<=[.:])\s(.+)/s) : [props.title, props.advice ?? ""]);
  return (
    <div class={s.trouble}>
      <AlertIcon size={18} />
      <div>
        <strong>{said()[0]}</strong>
        <Show when={said()[1]}>
          <p>{said()[1]}</p>
        </Show>
        <Show when={props.details}>
          <p class="muted">{props.details}</p>
        </Show>
        <p class={s.codeLine}>{t("channels.problem_code", { code: props.code })}</p>
      </div>
    </div>
  );
}
