// Messages in a few words: for lists, quotes and notifications.
import type { LastMessage } from "../../api/contract";
import { channelById } from "../../data/reference";
import { t, tx } from "../../i18n";
import { phone } from "../../i18n/format";

/** How somebody is called on screen. A visitor of a web chat who said nothing of themselves can still be told from others. */
export function nameOf(c: { id: string; name?: string | null | undefined; phone?: string | null | undefined; username?: string | null | undefined; channel_id?: string | undefined }): string {
  const known = c.name || phone(c.phone) || c.username;
  if (known) return known;
  return channelById(c.channel_id)?.type === "webchat" ? t("inbox.visitor", { id: c.id.slice(-4).toUpperCase() }) : t("common.nameless");
}

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
