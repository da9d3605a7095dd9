// What the tickets of a column are worth together, by currency.
import type { Ticket } from "../../api/types";
import { money } from "../../i18n/format";

export function sumsOf(tickets: readonly Pick<Ticket, "amount" | "currency">[]): [currency: string, sum: number][] {
  const sums = new Map<string, number>();
  for (const x of tickets) if (x.amount && x.currency) sums.set(x.currency, (sums.get(x.currency) ?? 0) + Number(x.amount));
  return [...sums].sort((a, b) => b[1] - a[1]);
}

export const sumText = (tickets: readonly Pick<Ticket, "amount" | "currency">[]): string =>
  sumsOf(tickets)
    .map(([currency, sum]) => money(String(Math.round(sum * 100) / 100), currency))
    .join(" + ");
