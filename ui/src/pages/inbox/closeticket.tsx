// How a ticket ended is asked before it is closed: the server wants to know, and so do the reports.
import { tn, t } from "../../i18n";
import { Button } from "../../parts/button";
import { Dialog } from "../../parts/dialog";

export type Outcome = "won" | "lost";

export function CloseTicket(props: { open: boolean; count: number; onPick: (outcome: Outcome) => void; onClose: () => void }) {
  const pick = (outcome: Outcome) => {
    props.onClose();
    props.onPick(outcome);
  };
  return (
    <Dialog
      open={props.open}
      onClose={props.onClose}
      title={t("inbox.close_ticket")}
      actions={
        <>
          <Button onClick={() => props.onClose()}>{t("common.cancel")}</Button>
          <Button onClick={() => pick("lost")}>{t("inbox.close_lost")}</Button>
          <Button look="primary" onClick={() => pick("won")}>
            {t("inbox.close_won")}
          </Button>
        </>
      }
    >
      <p>{tn("inbox.close_ask", props.count)}</p>
    </Dialog>
  );
}
