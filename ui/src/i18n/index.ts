// Words. Every string on screen is in a message file: `<language>/<area>.json`, the same keys in each language (a test
// compares them). Only the language in use is fetched. English is the type: a key that is not there does not compile.
import { createSignal } from "solid-js";
import type en from "./en";
import type more from "./en/more";

type Messages = typeof en & typeof more;
type Keys<A extends keyof Messages> = `${A}.${keyof Messages[A] & string}`;
/** `area.key` of any message. */
export type Key = { [A in keyof Messages]: Keys<A> }[keyof Messages];
/** Key of a message that counts: stands in the files as `…_one` and `…_other`. */
export type CountKey = Key extends infer K ? (K extends `${infer Base}_other` ? Base : never) : never;
export type Locale = "en" | "es" | "pt";
export const locales: readonly Locale[] = ["es", "pt", "en"];
export const localeNames: Record<Locale, string> = { es: "Español", pt: "Português", en: "English" };

const load: Record<Locale, () => Promise<{ default: unknown }>> = {
  en: () => import("./en"),
  es: () => import("./es"),
  pt: () => import("./pt"),
};

const loadMore: Record<Locale, () => Promise<{ default: unknown }>> = {
  en: () => import("./en/more"),
  es: () => import("./es/more"),
  pt: () => import("./pt/more"),
};
/** Whether the words of all screens are wanted, or only those of the first load. */
let wantMore = false;

const [locale, setLocaleSignal] = createSignal<Locale>("en");
/** By `area.key`. */
let messages: Record<string, string> = {};
let plurals = new Intl.PluralRules("en");
const [version, setVersion] = createSignal(0);

export { locale };

/** Whether the words of all screens are there; what comes from the server (a code) may have none before. */
export const wordsAreThere = (): boolean => (version(), wantMore);

/** The first language of `wanted` (as browsers list them) that there are words in; else English. */
export function pickLocale(wanted: readonly string[]): Locale {
  for (const tag of wanted) {
    const base = tag.toLowerCase().split("-")[0];
    const found = locales.find((l) => l === base);
    if (found) return found;
  }
  return "en";
}

/** Fetches a language and shows it; until it is there the old one stands. */
export async function setLocale(next: Locale): Promise<void> {
  const [file, rest] = await Promise.all([load[next](), wantMore ? loadMore[next]() : undefined]);
  messages = { ...flat(file.default), ...flat(rest?.default) };
  plurals = new Intl.PluralRules(next);
  document.documentElement.lang = next;
  setLocaleSignal(next);
  setVersion((n) => n + 1);
}

/** Fetches what the other screens say; to be awaited before one is shown. */
export async function moreWords(): Promise<void> {
  if (wantMore) return;
  const at = locale();
  const file = await loadMore[at]();
  wantMore = true;
  if (at !== locale()) return setLocale(locale());
  messages = { ...messages, ...flat(file.default) };
  setVersion((n) => n + 1);
}

/** Looked up hundreds of times a second where a list scrolls. */
function flat(areas: unknown): Record<string, string> {
  const all: Record<string, string> = {};
  for (const [area, words] of Object.entries((areas ?? {}) as Record<string, Record<string, string>>)) for (const key in words) all[`${area}.${key}`] = words[key]!;
  return all;
}

type Values = Record<string, string | number>;

/** A message, with `{name}` replaced by `values.name`. Plain text always: whoever shows it lets it be text. */
export function t(key: Key, values?: Values): string {
  version();
  return fill(messages[key] ?? key, values);
}

/** A message that counts; `{count}` is written as the language writes numbers. */
export function tn(key: CountKey, count: number, values?: Values): string {
  version();
  const text = messages[`${key}_${plurals.select(count)}`] ?? messages[`${key}_other`] ?? key;
  return fill(text, { ...values, count: count.toLocaleString(locale()) });
}

/** A message whose key comes from the server (a code, a status): `fallback` where there are no words for it. */
export function tx(area: keyof Messages, key: string, fallback: string, values?: Values): string {
  version();
  return fill(messages[`${area}.${key}`] ?? fallback, values);
}

export function fill(text: string, values?: Values): string {
  return values ? text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole)) : text;
}
