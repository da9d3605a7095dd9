// Templates: the list, and one in the editor.
import { useParams } from "@solidjs/router";
import { Match, Show, Switch } from "solid-js";
import { reference } from "../../data/reference";
import { t } from "../../i18n";
import { Page } from "../../parts/page";
import { Skeleton } from "../../parts/state";
import { Existing, New } from "./editor";
import { List } from "./list";

export default function Screen() {
  const params = useParams<{ rest?: string }>();
  return (
    <Show when={reference.ready} fallback={<Page title={t("common.templates")}><Skeleton lines={5} /></Page>}>
      <Switch fallback={<List />}>
        <Match when={params.rest === "new"}>
          <New />
        </Match>
        <Match when={params.rest}>{(id) => <Existing id={id()} />}</Match>
      </Switch>
    </Show>
  );
}
