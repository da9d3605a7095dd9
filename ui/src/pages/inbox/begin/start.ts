// The first message to somebody: it makes the contact where there is none, in one step of the server's, so that nobody is
// made to whom nothing went. A repetition of the same goes out once.
import { api, call } from "../../../api/client";
import { Problem, explain } from "../../../api/problem";
import { t } from "../../../i18n";
import { tellError } from "../../../parts/toast";

/** Milliseconds: a line that swallows everything must not hold the dialog for ever. */
const PATIENCE = 30_000;

export type To = { contact_id: string } | { phone: string; channel_id: string };

/** Sends; the contact's id. One for each time that somebody is begun with. */
export function createStart() {
  let said = "";
  let key = "";
  return async (to: To, content: Record<string, unknown>): Promise<string> => {
    const body = { ...to, ...content };
    // Whether an answer that was lost had taken it is not known: the same gets the same key.
    if (said !== JSON.stringify(body)) {
      said = JSON.stringify(body);
      key = crypto.randomUUID();
    }
    const message = await call(api.POST("/api/v1/messages", { params: { header: { "Idempotency-Key": key } }, body, signal: AbortSignal.timeout(PATIENCE) }));
    return message.contact_id;
  };
}

/** The name that was given with the number. Where it cannot be saved, that is said, and can be tried again: the message is gone. */
export async function callThem(contact: string, name: string): Promise<void> {
  try {
    await call(api.PATCH("/api/v1/contacts/{id}", { params: { path: { id: contact } }, body: { name } }));
  } catch (problem) {
    tellError(new Error(t("begin.name_not_saved", { name, why: (problem instanceof Problem && problem.field("name")) || explain(problem) })), {
      label: t("common.try_again"),
      run: () => void callThem(contact, name),
    });
  }
}
