// WhatsApp's 24 hours (docs/whatsapp-sending.md): what may be written to this person now.
import type { Conversation } from "../../../api/contract";

export type Window =
  /** The channel knows no such thing. */
  | { kind: "none" }
  | { kind: "open"; endsAt: number; left: number }
  /** Only templates. */
  | { kind: "shut" };

type Known = Pick<Conversation, "platform" | "service_window_ends_at">;

export function windowOf(c: Known, now: number): Window {
  if (c.service_window_ends_at) {
    const endsAt = Date.parse(c.service_window_ends_at);
    return endsAt > now ? { kind: "open", endsAt, left: endsAt - now } : { kind: "shut" };
  }
  // A playground is WhatsApp's double in this as well.
  return c.platform === "whatsapp" || c.platform === "playground" ? { kind: "shut" } : { kind: "none" };
}
