// What the widget says, in three languages.
import { en } from "./en.js";
import { es } from "./es.js";
import { pt } from "./pt.js";

export type Language = "es" | "pt" | "en";
export type Texts = typeof es;

const ALL: Record<Language, Texts> = { es, pt, en };

/** The first of `wanted` that is among `offered`; else the first that is offered. */
export function choose(wanted: readonly string[], offered: readonly Language[]): Language {
  for (const tag of wanted) {
    const found = offered.find((language) => language === tag.slice(0, 2).toLowerCase());
    if (found) return found;
  }
  return offered[0] ?? "es";
}

export function texts(language: Language): Texts {
  return ALL[language];
}

/** `{name}` of a text by its value. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
