// Values of custom fields by their types: as they are shown, and as what was typed becomes what the server wants.
import type { CustomField } from "../../../api/types";
import { t } from "../../../i18n";
import { calendarDate, decimal, decimalField, money, number, phone } from "../../../i18n/format";

export type FieldType = CustomField["type"] | "name";

export function shown(type: string, value: unknown, currency?: string | null): string {
  if (value === null || value === undefined || value === "") return "";
  switch (type) {
    case "date":
      return calendarDate(String(value));
    case "boolean":
      return value ? t("common.yes") : t("common.no");
    case "multi_select":
      return Array.isArray(value) ? value.join(", ") : String(value);
    case "number":
      return typeof value === "number" ? number(value) : String(value);
    case "currency": {
      const v = typeof value === "object" ? (value as { amount?: unknown; currency?: unknown }) : { amount: value, currency };
      return money(String(v.amount ?? ""), typeof v.currency === "string" ? v.currency : currency);
    }
    case "phone":
      return phone(String(value));
    default:
      return typeof value === "object" ? JSON.stringify(value) : String(value);
  }
}

/** What stands in an input for a value. */
export function typed(type: string, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (type === "currency") return decimalField(String(typeof value === "object" ? ((value as { amount?: unknown }).amount ?? "") : value));
  if (type === "number") return decimalField(String(value));
  if (type === "date") return String(value).slice(0, 10);
  return String(value);
}

/** What was typed as JSON; "" takes the value away. Numbers go as text where they are money: no float touches them. */
export function parsed(type: string, text: string, currency?: string | null): unknown {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  // What is none goes as it is: the server says what it wants instead.
  if (type === "number") {
    const n = decimal(trimmed);
    return n === null ? trimmed : Number(n);
  }
  if (type === "currency") return decimal(trimmed, currency) ?? trimmed;
  return trimmed;
}
