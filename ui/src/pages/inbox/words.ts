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

const SIGNS: Record<string, string> = {
  image: "🖼",
  video: "🎬",
  audio: "🎤",
  document: "📄",
  sticker: "🌟",
  location: "📍",
  contacts: "👤",
  order: "🛒",
  reaction: "💬",
};

function kindOf(type: string, body: string): string {
  const sign = SIGNS[type];
  const unknown = /^\[.*\]$/.test(body);
  const words = body && !unknown ? body : tx("inbox", `type_${type}`, t("inbox.type_unsupported"));
  return sign ? `${sign} ${words}` : words;
}
