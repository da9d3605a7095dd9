// Operations that go away: how long they have, who still calls them, what to call instead.
import { For, Show, createResource, createSignal, onCleanup } from "solid-js";
import { api, call } from "../../api/client";
import { Problem, explain } from "../../api/problem";
import type { Sunset } from "../../api/types";
import { t, tn, tx } from "../../i18n";
import { calendarDate, number, shortTime } from "../../i18n/format";
import { epoch, onEvents } from "../../live/stream";
import { Badge, type Tone } from "../../parts/badge";
import { Button } from "../../parts/button";
import { TextArea } from "../../parts/field";
import css from "../../parts/form.module.css";
import { ClockIcon } from "../../parts/icons";
import { Copyable } from "../../parts/secret";
import { Empty, Failed, Skeleton } from "../../parts/state";
import { may } from "../../session";
import { Spark } from "./spark";
import s from "./api.module.css";

const TONES: Record<string, Tone> = { planned: "neutral", announced: "info", warning: "warning", removed: "danger" };

export function Sunsets() {
  const [list, { refetch }] = createResource(epoch, () => call(api.GET("/api/v1/sunsets", { params: { query: { limit: 200 } } })));
  onCleanup(onEvents(["operation.deprecated", "operation.sunset_soon", "operation.removed"], () => void refetch()));
  return (
    <Show when={!list.error} fallback={<Failed error={list.error} onRetry={refetch} />}>
      <Show when={list.latest} fallback={<Skeleton lines={5} />}>
        <p class="muted">{t("api.sunsets_text")}</p>
        <For each={list.latest!.data} fallback={<Empty icon={<ClockIcon size={24} />} title={t("api.no_sunsets")}>{t("api.no_sunsets_text")}</Empty>}>
          {(x) => <One sunset={x} />}
        </For>
      </Show>
    </Show>
  );
}

function One(props: { sunset: Sunset }) {
  const x = () => props.sunset;
  const [translating, setTranslating] = createSignal(false);
  return (
    <article class={css.card} data-operation={x().operation}>
      <header>
        <div>
          <h2>{tx("api", `sunset_${x().operation.replaceAll("-", "_")}`, x().summary)}</h2>
          <p class={s.operation}>
            {x().method} {x().path}
          </p>
        </div>
        <div class={s.countdown}>
          <Badge tone={TONES[x().phase] ?? "neutral"}>{t(`api.phase_${x().phase as "announced"}`)}</Badge>
          <Show when={x().phase !== "removed"}>
            <strong>{tn("api.days_left", x().days_left)}</strong>
          </Show>
        </div>
      </header>
      <p class="muted">{t("api.dates", { announced: calendarDate(x().announced_on), warns: calendarDate(x().warns_from), sunset: calendarDate(x().sunset) })}</p>
      <div class={s.two}>
        <div>
          <h3>{t("api.calls_30")}</h3>
          <Spark values={x().daily} label={t("api.calls_30")} />
          <p>{t("api.calls_counts", { day: number(x().calls.last_1_day), week: number(x().calls.last_7_days), month: number(x().calls.last_30_days) })}</p>
        </div>
        <div>
          <h3>{t("api.callers")}</h3>
          <ul class={s.callers}>
            <For each={x().callers} fallback={<li class="muted">{t("api.no_callers")}</li>}>
              {(c) => (
                <li>
                  <strong>{c.api_key_name ?? c.api_key_id}</strong>
                  <Show when={c.api_key_revoked}> ({t("api.caller_revoked")})</Show>
                  <span class={s.sub}>
                    {[c.user_agent, number(c.calls.last_30_days), t("api.last_call", { time: shortTime(c.last_call_at) })].filter(Boolean).join(" · ")}
                  </span>
                </li>
              )}
            </For>
          </ul>
        </div>
        <div>
          <h3>{t("api.use_instead")}</h3>
          <ul class={s.callers}>
            <For each={x().successors}>{(path) => <li><code class={css.mono}>{path}</code></li>}</For>
          </ul>
        </div>
      </div>
      <div class={css.buttons}>
        <a href={x().guide} target="_blank" rel="noreferrer">{t("api.guide")}</a>
        <Show when={x().method !== "GET" && may("contacts:write")}>
          <Button small aria-expanded={translating()} onClick={() => setTranslating(!translating())}>{t("api.translate")}</Button>
        </Show>
      </div>
      <Show when={translating()}>
        <Translate operation={x().operation} />
      </Show>
    </article>
  );
}

function Translate(props: { operation: string }) {
  const [text, setText] = createSignal("");
  const [answer, setAnswer] = createSignal("");
  const [wrong, setWrong] = createSignal("");
  const submit = async () => {
    setWrong("");
    setAnswer("");
    let body: unknown;
    try {
      body = JSON.parse(text());
    } catch {
      body = undefined;
    }
    if (!body || typeof body !== "object" || Array.isArray(body)) return setWrong(t("api.not_json"));
    try {
      const made = await call(api.POST("/api/v1/sunsets/{operation}/translate", { params: { path: { operation: props.operation as "note-send" } }, body: body as never }));
      const data = made.body ? ` \\\n  -d '${JSON.stringify(made.body).replace(/'/g, "'\\''")}'` : "";
      setAnswer(`curl -X ${made.method} '${window.location.origin}${made.path}' \\\n  -H "x-api-key: $KEY" -H 'content-type: application/json'${data}`);
    } catch (error) {
      setWrong(error instanceof Problem && error.errors.length > 0 ? error.errors.map((e) => `${e.pointer} ${e.message}`).join(" ") : explain(error));
    }
    return undefined;
  };
  return (
    <form
      class={css.form}
      onSubmit={(e) => {
        e.preventDefault();
        void submit();
      }}
    >
      <TextArea class={css.mono} label={t("api.old_body")} hint={t("api.translate_text")} error={wrong() || undefined} rows={5} spellcheck={false} value={text()} onInput={(e) => setText(e.currentTarget.value)} />
      <div class={css.buttons}>
        <Button type="submit" look="primary" small>{t("api.translate")}</Button>
      </div>
      <Show when={answer()}>
        <Copyable block label={t("api.copy_new")} text={answer()} />
      </Show>
    </form>
  );
}
