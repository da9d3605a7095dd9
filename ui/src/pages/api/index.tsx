// For who builds on Recado: keys, webhooks with their calls, operations that go away.
import { useParams } from "@solidjs/router";
import { Match, Show, Switch } from "solid-js";
import { t } from "../../i18n";
import { KeysIcon } from "../../parts/icons";
import { Page } from "../../parts/page";
import { Sections } from "../../parts/sections";
import { Empty } from "../../parts/state";
import { may } from "../../session";
import { Keys } from "./keys";
import { Sunsets } from "./sunsets";
import { WebhookPage } from "./webhook";
import { Webhooks } from "./webhooks";
import s from "./api.module.css";

export default function Screen() {
  const params = useParams<{ rest?: string }>();
  const parts = () => (params.rest ?? "").split("/").filter(Boolean);
  const sections = () => [
    ...(may("admin") ? [{ href: "/api-keys", label: t("api.keys"), end: true }] : []),
    ...(may("setup:write") || may("events:read") ? [{ href: "/api-keys/webhooks", label: t("api.webhooks") }] : []),
    { href: "/api-keys/sunsets", label: t("api.sunsets") },
  ];
  return (
    <Page
      title={t("common.api")}
      wide
      actions={
        <a class={s.reference} href="/docs" target="_blank" rel="noreferrer">
          {t("api.reference")}
        </a>
      }
      tabs={<Sections label={t("api.sections")} sections={sections()} />}
    >
      <Switch fallback={<Show when={may("admin")} fallback={<Empty icon={<KeysIcon size={24} />} title={t("common.api")}>{t("api.no_access")}</Empty>}><Keys /></Show>}>
        <Match when={parts()[0] === "sunsets"}>
          <Sunsets />
        </Match>
        <Match when={parts()[0] === "webhooks" && parts()[1]}>{(id) => <WebhookPage id={id()} />}</Match>
        <Match when={parts()[0] === "webhooks"}>
          <Webhooks />
        </Match>
      </Switch>
    </Page>
  );
}
