import { t } from "../../i18n";
import { Page } from "../../parts/page";
import { Skeleton } from "../../parts/state";

export default function Screen() {
  return (
    <Page title={t("common.templates")}>
      <Skeleton lines={5} />
    </Page>
  );
}
