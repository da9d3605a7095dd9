import { For, Show, createResource } from "solid-js";
import { json } from "../../api/client";
import type { OwnSession } from "../../api/setup";
import { t } from "../../i18n";
import { shortTime } from "../../i18n/format";
import { Badge } from "../../parts/badge";
import { Button } from "../../parts/button";
import css from "../../parts/form.module.css";
import { Failed, Skeleton } from "../../parts/state";
import { tell, tellError } from "../../parts/toast";
import s from "./settings.module.css";

/** "Firefox · Linux" out of what a browser calls itself. */
export function browserName(agent: string | null): string {
  if (!agent) return "";
  const browser = /Edg\//.test(agent) ? "Edge" : /OPR\//.test(agent) ? "Opera" : /Firefox\//.test(agent) ? "Firefox" : /Chrome\//.test(agent) ? "Chrome" : /Safari\//.test(agent) ? "Safari" : agent.split(/[/ ]/)[0]!;
  const system = /iPhone|iPad/.test(agent) ? "iOS" : /Android/.test(agent) ? "Android" : /Mac OS X/.test(agent) ? "macOS" : /Windows/.test(agent) ? "Windows" : /Linux/.test(agent) ? "Linux" : "";
  return [browser, system].filter(Boolean).join(" · ");
}

export function Sessions() {
  const [list, { refetch, mutate }] = createResource(async () => {
    const answer = await json<{ data: OwnSession[] } | OwnSession[]>("GET", "/sessions");
    return Array.isArray(answer) ? answer : answer.data;
  });
  const end = async (id: string) => {
    mutate((all) => all?.filter((x) => x.id !== id));
    await json("DELETE", `/sessions/${id}`).catch((error: unknown) => (tellError(error), void refetch()));
  };
  const endAll = async () => {
    try {
      await json("DELETE", "/sessions");
      tell(t("settings.sessions_ended"));
    } catch (error) {
      tellError(error);
    }
    void refetch();
  };
  return (
    <section class={css.card} aria-labelledby="sessions">
      <header>
        <h3 id="sessions">{t("settings.sessions")}</h3>
        <Show when={(list.latest?.length ?? 0) > 1}>
          <Button small onClick={() => void endAll()}>{t("settings.session_end_all")}</Button>
        </Show>
      </header>
      <Show when={!list.error} fallback={<Failed error={list.error} onRetry={refetch} />}>
        <Show when={list.latest} fallback={<Skeleton lines={2} />}>
          <ul class={s.list}>
            <For each={list.latest}>
              {(x) => (
                <li>
                  <span class={s.grow}>
                    {browserName(x.user_agent) || t("settings.session_unknown")}
                    <span class={s.sub}>{t("settings.session_used", { time: shortTime(x.last_used_at) })}</span>
                  </span>
                  <Show when={!x.current} fallback={<Badge tone="accent">{t("settings.session_this")}</Badge>}>
                    <Button small aria-label={`${t("settings.session_end")}: ${browserName(x.user_agent)}`} onClick={() => void end(x.id)}>{t("settings.session_end")}</Button>
                  </Show>
                </li>
              )}
            </For>
          </ul>
        </Show>
      </Show>
    </section>
  );
}
