import type { CustomField, Ticket } from "../../api/types";

/** The fields that must be filled before a ticket is closed, and are not. */
export const missingIn = (ticket: Pick<Ticket, "custom_fields">, fields: readonly CustomField[]): CustomField[] =>
  fields.filter((f) => f.entity === "ticket" && f.required && !ticket.custom_fields.some((v) => v.key === f.key && v.value !== null));
