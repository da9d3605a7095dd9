// Times, sizes and money as the language in use writes them. Times are shown in the zone of the browser: whoever answers
// thinks in their own clock.
import { createSignal } from "solid-js";
import { locale, t } from "./index";

/** Now, to the half minute; what depends on it is drawn anew by itself. */
const [now, setNow] = createSignal(Date.now());
setInterval(() => setNow(Date.now()), 30_000);
export { now };

/** Where English has twelve hours, and the month before the day. */
const twelveHours = () => locale() === "en" && /^(US|CA|PH)$/.test(home()?.country ?? "US");
/** Spanish and Portuguese are written alike everywhere as far as times go; of English there are two. */
const timeTag = () => (locale() === "en" ? (twelveHours() ? "en-US" : "en-GB") : locale());

const cache = new Map<string, Intl.DateTimeFormat>();
let cached = "";
function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const now = timeTag();
  if (now !== cached) cache.clear();
  cached = now;
  let made = cache.get(name);
  if (!made) cache.set(name, (made = new Intl.DateTimeFormat(now, options.hour && !twelveHours() ? { ...options, hourCycle: "h23" } : options)));
  return made;
}

const day = (ms: number) => {
  const d = new Date(ms);
  return new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
};
const DAY = 86_400_000;

/** 14:05 */
export const clock = (iso: string) => format("clock", { hour: "2-digit", minute: "2-digit" }).format(new Date(iso));

/** In a list: the clock today, the weekday of the last week, else the date; of what is to come day and clock. */
export function shortTime(iso: string): string {
  const at = new Date(iso).getTime();
  const days = Math.round((day(now()) - day(at)) / DAY);
  if (days < 0) return format("toCome", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(at);
  if (days === 0) return clock(iso);
  if (days === 1) return t("common.yesterday");
  if (days > 0 && days < 7) return format("weekday", { weekday: "short" }).format(at);
  const sameYear = new Date(at).getFullYear() === new Date(now()).getFullYear();
  return sameYear
    ? format("dayMonth", { day: "numeric", month: "short" }).format(at)
    : format("dayMonthYear", { day: "numeric", month: "numeric", year: "2-digit" }).format(at);
}

/** The head of a day in a conversation. */
export function dayName(iso: string): string {
  const at = new Date(iso).getTime();
  const days = Math.round((day(now()) - day(at)) / DAY);
  if (days === 0) return t("common.today");
  if (days === 1) return t("common.yesterday");
  return format("longDay", { weekday: "long", day: "numeric", month: "long", year: days > 300 ? "numeric" : undefined }).format(at);
}

/** Day and clock, whole. */
export const dateTime = (iso: string) =>
  format("dateTime", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" }).format(new Date(iso));

/** A calendar date `YYYY-MM-DD`, which has no zone. */
export function calendarDate(date: string): string {
  const at = new Date(`${date.slice(0, 10)}T12:00:00Z`);
  if (Number.isNaN(at.getTime())) return date;
  return new Intl.DateTimeFormat(timeTag(), { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(at);
}

/** Day and month of one, for where there is little room: 28/10, 10/28. */
export const dayMonth = (date: string) => format("dayMonthShort", { day: "numeric", month: "numeric", timeZone: "UTC" }).format(new Date(`${date.slice(0, 10)}T12:00:00Z`));

/** How long, in its two biggest units at most: 3 d, 2 h 5 min, 40 s. */
export function duration(ms: number): string {
  const total = Math.max(0, Math.round(ms / 1000));
  const d = Math.floor(total / 86_400);
  const h = Math.floor((total % 86_400) / 3600);
  const m = Math.floor((total % 3600) / 60);
  if (d > 0) return d < 3 && h > 0 ? `${d} d ${h} h` : `${d} d`;
  if (h > 0) return m > 0 && h < 6 ? `${h} h ${m} min` : `${h} h`;
  if (m > 0) return `${m} min`;
  return `${total} s`;
}

export function bytes(size: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let n = size;
  let unit = 0;
  while (n >= 1000 && unit < units.length - 1) {
    n /= 1000;
    unit += 1;
  }
  return `${n.toLocaleString(locale(), { maximumFractionDigits: n < 10 && unit > 0 ? 1 : 0 })} ${units[unit]}`;
}

export const number = (n: number) => n.toLocaleString(tag());
/** A share of one. */
export const percent = (share: number) => share.toLocaleString(tag(), { style: "percent", maximumFractionDigits: 0 });

/** Whose money and numbers: the organization's country and currency. */
const [home, setHome] = createSignal<{ country: string; currency: string } | null>(null);
export { setHome };
/** The language as the organization's country writes it: `es-CL`. */
export const tag = (): string => (home() && /^[A-Z]{2}$/.test(home()!.country) ? `${locale()}-${home()!.country}` : locale());

// Invented numbers, the mobile ones of each country.
const EXAMPLES: Record<string, string> = {
  CL: "+56 9 5550 0123",
  AR: "+54 9 11 5555 0123",
  BR: "+55 11 95555 0123",
  CO: "+57 300 5550123",
  EC: "+593 99 555 0123",
  ES: "+34 600 55 01 23",
  MX: "+52 55 5555 0123",
  PE: "+51 955 550 123",
  US: "+1 202 555 0123",
  UY: "+598 99 555 012",
};
/** How a phone is written, for who belongs to the organization's country. */
export const phoneExample = (): string => EXAMPLES[home()?.country ?? ""] ?? EXAMPLES.CL!;

const moneyFormats = new Map<string, Intl.NumberFormat>();
/** One's own currency needs no more than `$`; a foreign one that would look the same is called by its code. */
function moneyFormat(currency: string, own: string | undefined): Intl.NumberFormat {
  const shown = (of: string, currencyDisplay: "narrowSymbol" | "symbol" | "code") => new Intl.NumberFormat(tag(), { style: "currency", currency: of, currencyDisplay });
  const sign = (f: Intl.NumberFormat) => f.formatToParts(1).find((p) => p.type === "currency")?.value;
  if (currency === own) return shown(currency, "narrowSymbol");
  const foreign = shown(currency, "symbol");
  return own && /^[A-Z]{3}$/.test(own) && sign(foreign) === sign(shown(own, "narrowSymbol")) ? shown(currency, "code") : foreign;
}

/** Decimal text and currency as the API has them. UF is no currency of ISO 4217 and stands as itself. */
export function money(amount: string, currency: string | null | undefined): string {
  const n = Number(amount);
  if (!currency || !/^[A-Z]{3}$/.test(currency)) return `${n.toLocaleString(tag())} ${currency ?? ""}`.trim();
  try {
    const own = home()?.currency;
    const name = `${tag()} ${currency} ${own}`;
    let format = moneyFormats.get(name);
    if (!format) moneyFormats.set(name, (format = moneyFormat(currency, own)));
    return format.format(n);
  } catch {
    return `${amount} ${currency}`;
  }
}

// How countries group what comes behind their code, each digit a group's length: as libphonenumber's international format
// has it (8.13). The first line that fits holds.
const GROUPS: [RegExp, ...string[]][] = [
  [/^1/, "334"],
  [/^55/, "254", "244"],
  [/^52(33|55|56|81)/, "244"],
  [/^521(33|55|56|81)/, "1244"],
  [/^521/, "1334"],
  [/^52/, "334"],
  [/^54911/, "1244"],
  [/^549/, "1334"],
  [/^5411/, "244"],
  [/^54/, "334"],
  [/^56[29]/, "144"],
  [/^56/, "234"],
  [/^51/, "333"],
  [/^5[78]/, "37"],
  [/^593/, "234"],
  [/^595/, "36"],
  [/^598/, "233"],
  [/^34/, "3222"],
  [/^351/, "333"],
  [/^44/, "46"],
];

/** +56 9 5555 6365: digits in groups as they are said. */
export function phone(e164: string | null | undefined): string {
  if (!e164) return "";
  const digits = e164.replace(/\D/g, "");
  if (!e164.startsWith("+") || digits.length < 8) return e164;
  const code = digits.startsWith("1") || digits.startsWith("7") ? 1 : /^(20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/.test(digits) ? 2 : 3;
  const rest = digits.slice(code);
  const known = GROUPS.find(([of]) => of.test(digits))?.slice(1).find((g) => [...(g as string)].reduce((sum, n) => sum + Number(n), 0) === rest.length) as string | undefined;
  const groups: string[] = [];
  if (known) {
    let from = 0;
    for (const n of known) groups.push(rest.slice(from, (from += Number(n))));
  } else {
    let from = rest.length;
    while (from > 0 && groups.length < 2) {
      groups.unshift(rest.slice(Math.max(0, from - 4), from));
      from -= 4;
    }
    if (from > 0) groups.unshift(rest.slice(0, from));
  }
  return `+${digits.slice(0, code)} ${groups.join(" ")}`;
}
