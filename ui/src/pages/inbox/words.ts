// Messages in a few words: for lists, quotes and notifications.
import type { LastMessage } from "../../api/contract";
import { t, tx } from "../../i18n";

type Short = Pick<LastMessage, "type" | "body" | "direction">;

/** One line for a message, whatever it is. Never markup. */
export function preview(m: Short): string {
  const body = m.body.replace(/\s+/g, " ").trim();
  const said = m.type === "text" || m.type === "template" || m.type === "interactive" || m.type === "button" ? body : kindOf(m.type, body);
  return m.direction === "note" ? `${t("inbox.note")}: ${said}` : said || kindOf(m.type, "");
}

function kindOf(type: string, body: string): string {
  const unknown = /^\[.*\]$/.test(body);
  return body && !unknown ? body : tx("inbox", `type_${type}`, t("inbox.type_unsupported"));
}
