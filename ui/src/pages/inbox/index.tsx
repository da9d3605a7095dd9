import { t } from "../../i18n";
import { InboxIcon } from "../../parts/icons";
import { Empty } from "../../parts/state";

export default function Inbox() {
  return <Empty icon={<InboxIcon size={26} />} title={t("inbox.title")} />;
}
