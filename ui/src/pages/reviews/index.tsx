// What structuring asks people about: values it is not sure of, the rules it made of the answers, keys that could be fields.
import { useSearchParams } from "@solidjs/router";
import { Match, Switch } from "solid-js";
import { t } from "../../i18n";
import { Page } from "../../parts/page";
import { Tabs } from "../../parts/tabs";
import { Pending } from "./pending";
import { Proposals } from "./proposals";
import { Rules } from "./rules";

type View = "pending" | "rules" | "proposals";

export default function Screen() {
  const [params, setParams] = useSearchParams<{ view?: string }>();
  const view = (): View => (params.view === "rules" || params.view === "proposals" ? params.view : "pending");
  return (
    <Page
      title={t("common.reviews")}
      wide
      tabs={
        <Tabs
          label={t("reviews.views")}
          at={view()}
          onChange={(id: View) => setParams({ view: id === "pending" ? undefined : id, reason: undefined, target: undefined, standing: undefined })}
          tabs={[
            { id: "pending", label: t("reviews.pending") },
            { id: "rules", label: t("reviews.rules") },
            { id: "proposals", label: t("reviews.proposals") },
          ]}
        />
      }
    >
      <div role="tabpanel" aria-label={t(`reviews.${view()}`)}>
        <Switch>
          <Match when={view() === "pending"}>
            <Pending />
          </Match>
          <Match when={view() === "rules"}>
            <Rules />
          </Match>
          <Match when={view() === "proposals"}>
            <Proposals />
          </Match>
        </Switch>
      </div>
    </Page>
  );
}
