// What was wrong with the language model, in the language in use. The server says it in an English sentence, of which it has a
// few (crates/providers/src/model); one that is not known here stands as it came.
import { t, tx } from "../../i18n";

const KNOWN: readonly [RegExp, string][] = [
  [/^It did not answer in time\.$/, "timed_out"],
  [/^It cannot be reached: .* leads to an address that is not on the public internet\.$/, "private_address"],
  [/^It cannot be reached: (?<detail>.+)\.$/s, "unreachable"],
  [/^It answered with HTTP status (?<status>\d+)(?: \((?<word>.+)\))?\.$/, "status"],
  [/^Its answer is longer than \d+ bytes\.$/, "too_long"],
  [/^Its answer is no JSON/, "no_json"],
  [/^Its answer has no text/, "no_text"],
  [/^The key has a character/, "key_character"],
  [/^The key does not open/, "key_sealed"],
  [/^the answer is not the JSON that was asked for\.$/, "unreadable"],
];

/** What helps where it answers with such a status. */
function about(status: number): string {
  if (status === 401 || status === 403) return t("settings.model_error_key");
  if (status === 404) return t("settings.model_error_place");
  if (status === 429 || status === 503 || status === 529) return t("settings.model_error_busy");
  return status >= 500 ? t("settings.model_error_theirs") : t("settings.model_error_ours");
}

/** `detail`: what is left in English, for whoever operates the server. */
export interface ModelError {
  text: string;
  detail?: string;
  /** There are no words for it: `text` is English. */
  foreign?: boolean;
}

export function modelError(sentence: string): ModelError {
  for (const [pattern, code] of KNOWN) {
    const found = pattern.exec(sentence);
    if (!found) continue;
    const { detail, status, word } = found.groups ?? {};
    const said = tx("settings", `model_error_${code}`, sentence, { status: [status, word && `(${word})`].filter(Boolean).join(" ") });
    return { text: status ? `${said} ${about(Number(status))}` : said, detail };
  }
  return { text: sentence, foreign: true };
}
