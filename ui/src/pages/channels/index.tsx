// Channels: the list, a new one, one of them.
import { useParams } from "@solidjs/router";
import { Match, Show, Switch } from "solid-js";
import { channelById, reference } from "../../data/reference";
import { t } from "../../i18n";
import { Page } from "../../parts/page";
import { Skeleton } from "../../parts/state";
import { Add } from "./add";
import { List } from "./list";
import { One } from "./one";

export default function Screen() {
  const params = useParams<{ rest?: string }>();
  const parts = () => (params.rest ?? "").split("/").filter(Boolean);
  return (
    <Show when={reference.ready} fallback={<Page title={t("common.channels")}><Skeleton lines={5} /></Page>}>
      <Switch fallback={<List />}>
        <Match when={parts()[0] === "new"}>
          <Add type={parts()[1]} />
        </Match>
        <Match when={parts()[0]}>
          {(id) => (
            <Show when={channelById(id())} fallback={<Page title={t("common.channels")}><p>{t("channels.not_found")}</p></Page>}>
              {(channel) => <One channel={channel()} />}
            </Show>
          )}
        </Match>
      </Switch>
    </Show>
  );
}
