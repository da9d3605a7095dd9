import { useNavigate } from "@solidjs/router";
import { t } from "../i18n";
import { Button } from "../parts/button";
import { QuestionIcon } from "../parts/icons";
import { Empty } from "../parts/state";

export default function NotFound() {
  const navigate = useNavigate();
  return (
    <Empty
      icon={<QuestionIcon size={26} />}
      title={t("common.not_found")}
      action={
        <Button look="primary" onClick={() => navigate("/inbox")}>
          {t("common.to_inbox")}
        </Button>
      }
    >
      {t("common.not_found_text")}
    </Empty>
  );
}
