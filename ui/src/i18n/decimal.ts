// Numbers as people write them: `450.000` is four hundred and fifty thousand where the point parts thousands.

/** The sign before decimals, in a language as its country writes it. */
export function decimalSign(tag: string): "," | "." {
  return new Intl.NumberFormat(tag).formatToParts(1.5).find((p) => p.type === "decimal")?.value === "," ? "," : ".";
}

/** How many decimals a currency has; 2 where it is none of ISO 4217. */
function decimalsOf(currency: string | null | undefined): number {
  if (!currency || !/^[A-Z]{3}$/.test(currency)) return 2;
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/**
 * A number in the form that the server reads (`450000`, `-1250.5`), from what somebody typed in the language `tag`; null where
 * it is no number. A sign of money before or behind it is left out. `1,250` and `1.250`, which could be either, are thousands
 * where the sign parts thousands in this language, or where the currency has no decimals.
 */
export function readDecimal(typed: string, tag: string, currency?: string | null): string | null {
  const text = typed.trim().replace(/^(-?)\s*(?:\p{L}{0,3}\p{Sc}|\p{L}{2,3}\s)\s*/u, "$1").replace(/\s*(?:\p{Sc}|\p{L}{2,3})$/u, "").replace(/[\s']/gu, "");
  const found = /^(-?)(\d[\d.,]*)$/.exec(text);
  if (!found) return null;
  const [, minus, digits] = found as unknown as [string, string, string];
  const signs = digits.replace(/\d/g, "");
  const last = signs.at(-1);
  let decimal = "";
  if (new Set(signs).size > 1) decimal = last!;
  else if (signs.length === 1) {
    const [before, after] = digits.split(last!) as [string, string];
    const couldPart = /^[1-9]\d{0,2}$/.test(before) && after.length === 3;
    if (!couldPart || (last === decimalSign(tag) && decimalsOf(currency) > 0)) decimal = last!;
  }
  const at = decimal ? digits.lastIndexOf(decimal) : digits.length;
  const [whole, rest] = [digits.slice(0, at), digits.slice(at + 1)];
  // Thousands by threes, parted by one sign.
  if (/[.,]/.test(whole) && !/^\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*$/.test(whole)) return null;
  if (/\D/.test(rest) || (decimal && rest === "")) return null;
  return `${minus}${whole.replace(/\D/g, "")}${rest ? `.${rest}` : ""}`;
}

/** A number of the server's as it stands in a field, where `readDecimal` reads it back. */
export const writeDecimal = (n: string, tag: string): string => n.replace(".", decimalSign(tag));
