import { locale, t, tx } from "../../i18n";
import { calendarDate, duration, number } from "../../i18n/format";
import type { Cell } from "./data";

export const columnName = (column: string): string => tx("reports", `col_${column}`, column);

export function cellText(column: string, cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return "–";
  if (typeof cell === "number") {
    if (/seconds/.test(column)) return duration(cell * 1000);
    if (column === "conversion") return cell.toLocaleString(locale(), { style: "percent", maximumFractionDigits: 0 });
    return number(cell);
  }
  if (column === "day") return calendarDate(cell);
  if (column === "hour") return `${cell}:00`;
  if (column === "outcome") return tx("settings", `outcome_${cell}`, cell);
  return cell === "-" ? t("reports.unassigned") : cell;
}

/** Short, beneath a bar. */
export function axisText(column: string, cell: Cell | undefined): string {
  if (column === "day" && typeof cell === "string") return new Date(`${cell}T12:00:00`).toLocaleDateString(locale(), { day: "numeric", month: "numeric" });
  if (column === "hour") return String(Number(cell));
  return cellText(column, cell);
}
