// Settings: each section is an address of its own.
import { Navigate, useParams } from "@solidjs/router";
import { Show, lazy, type Component } from "solid-js";
import { Dynamic } from "solid-js/web";
import { reference } from "../../data/reference";
import { t } from "../../i18n";
import { Page } from "../../parts/page";
import { Sections } from "../../parts/sections";
import { Skeleton } from "../../parts/state";
import { may } from "../../session";
import s from "./settings.module.css";

interface Part {
  id: "account" | "organization" | "members" | "fields" | "pipelines" | "tags" | "canned" | "assignment" | "structuring" | "retention" | "audit";
  component: Component;
  permission?: string;
}

const PARTS: Part[] = [
  { id: "account", component: lazy(() => import("../account/mine")) },
  { id: "organization", component: lazy(() => import("./organization")), permission: "setup:write" },
  { id: "members", component: lazy(() => import("./members")), permission: "setup:read" },
  { id: "fields", component: lazy(() => import("./fields")), permission: "setup:read" },
  { id: "pipelines", component: lazy(() => import("./pipelines")), permission: "setup:read" },
  { id: "tags", component: lazy(() => import("./tags")), permission: "setup:read" },
  { id: "canned", component: lazy(() => import("./canned")) },
  { id: "assignment", component: lazy(() => import("./assignment")), permission: "setup:read" },
  { id: "structuring", component: lazy(() => import("./structuring")), permission: "setup:read" },
  { id: "retention", component: lazy(() => import("./retention")), permission: "admin" },
  { id: "audit", component: lazy(() => import("./audit")), permission: "admin" },
];

export default function Screen() {
  const params = useParams<{ rest?: string }>();
  const parts = () => PARTS.filter((p) => !p.permission || may(p.permission));
  const at = () => PARTS.find((p) => p.id === params.rest);
  return (
    <Show when={at()} fallback={<Navigate href="/settings/account" />}>
      {(part) => (
        <Page title={t("common.settings")}>
          <div class={s.layout}>
            <Sections side label={t("settings.sections")} sections={parts().map((p) => ({ href: `/settings/${p.id}`, label: t(`settings.${p.id}`) }))} />
            <div class={s.content}>
              <h2 class={s.title}>{t(`settings.${part().id}`)}</h2>
              <Show when={parts().includes(part())} fallback={<p>{t("settings.not_for_you")}</p>}>
                <Show when={reference.ready} fallback={<Skeleton lines={5} />}>
                  <Dynamic component={part().component} />
                </Show>
              </Show>
            </div>
          </div>
        </Page>
      )}
    </Show>
  );
}
