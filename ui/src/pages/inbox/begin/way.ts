// Who may begin a conversation, and the address that does: part of the first load, the dialog itself is not.
import { may } from "../../../session";

/** Writes to somebody who may be new, and asks first whether they are. */
export const mayBegin = (): boolean => may("messages:write") && may("contacts:read");

/** What of a search is a whole phone, and no part of one. */
export function phoneIn(text: string): string | undefined {
  const said = text.trim();
  return /^\+?[\d\s().-]+$/.test(said) && said.replace(/\D/g, "").length >= 8 ? said : undefined;
}

/** The dialog over the inbox as it stands, or over an inbox of its own; `phone` stands in it already. */
export function beginHref(pathname: string, search: string, phone?: string): string {
  const inside = /^\/inbox(\/|$)/.test(pathname);
  const query = new URLSearchParams(inside ? search : "");
  query.set("new", phone ?? "1");
  return `${inside ? pathname : "/inbox"}?${query}`;
}
