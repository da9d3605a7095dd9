import { For, Show, createResource } from "solid-js";
import { json } from "../../../api/client";
import type { Page } from "../../../api/contract";
import { t } from "../../../i18n";
import { dateTime } from "../../../i18n/format";
import { Badge } from "../../../parts/badge";
import { Button } from "../../../parts/button";
import { Failed, Skeleton } from "../../../parts/state";
import { tell, tellError } from "../../../parts/toast";
import { Section } from "./section";
import s from "./mine.module.css";

interface OwnSession {
  id: string;
  created_at: string;
  last_used_at: string;
  user_agent: string | null;
  current: boolean;
}

/** Where one is signed in, and ending that. */
export function Devices() {
  const [rows, { refetch }] = createResource(async () => (await json<Page<OwnSession>>("GET", "/sessions")).data);
  const end = (path: string) => void json("DELETE", path).then(() => (tell(t("account.session_ended")), void refetch()), tellError);
  const known = () => (rows.error ? undefined : rows.latest);
  return (
    <Section title={t("account.sessions")} text={t("account.sessions_text")}>
      <Show when={!rows.error} fallback={<Failed error={rows.error} onRetry={refetch} />}>
        <Show when={known()} fallback={<Skeleton lines={2} />}>
          {(list) => (
            <>
              <ul>
                <For each={list()}>
                  {(x) => (
                    <li class={s.row}>
                      <span>
                        {device(x.user_agent)} <Show when={x.current}><Badge tone="accent">{t("account.this_one")}</Badge></Show>
                        <br />
                        <span class={s.detail}>{t("account.last_used", { time: dateTime(x.last_used_at) })}</span>
                      </span>
                      <Show when={!x.current}>
                        <Button small aria-label={`${t("account.end_session")}: ${device(x.user_agent)}`} onClick={() => end(`/sessions/${x.id}`)}>
                          {t("account.end_session")}
                        </Button>
                      </Show>
                    </li>
                  )}
                </For>
              </ul>
              <Show when={list().length > 1}>
                <Button onClick={() => end("/sessions")}>{t("account.end_others")}</Button>
              </Show>
            </>
          )}
        </Show>
      </Show>
    </Section>
  );
}

/** "Firefox, Windows" of what a browser says about itself; all of it where that is not known. */
export function device(agent: string | null): string {
  if (!agent) return t("account.unknown_device");
  const browser = [
    [/Edg\//, "Edge"],
    [/OPR\//, "Opera"],
    [/Firefox\//, "Firefox"],
    [/Chrome\//, "Chrome"],
    [/Safari\//, "Safari"],
  ].find(([pattern]) => (pattern as RegExp).test(agent))?.[1];
  const system = [
    [/Android/, "Android"],
    [/iPhone|iPad/, "iOS"],
    [/Windows/, "Windows"],
    [/Mac OS X/, "macOS"],
    [/Linux/, "Linux"],
  ].find(([pattern]) => (pattern as RegExp).test(agent))?.[1];
  return browser && system ? `${String(browser)}, ${String(system)}` : agent.slice(0, 80);
}
