import rules from "../../../crates/providers/src/whatsapp_cloud/errors.rs?raw";
import { beforeAll, expect, it } from "vitest";
import { moreWords, setLocale } from "../i18n";
import { whatsappWords } from "./whatsapp";

beforeAll(async () => {
  Object.assign(globalThis, { document: { documentElement: {} } });
  await setLocale("es");
  await moreWords();
});

/** Codes of sending after which a message has failed, or a channel has trouble: what people get to read. */
const shown = () => {
  const table = rules.slice(rules.indexOf("pub const RULES"), rules.indexOf("\n];"));
  return table.split(/\brule\(/).slice(1).flatMap((rule) => {
    const [, alone, from, to] = /^\s*(?:one\(([\d_]+)\)|\(([\d_]+), ([\d_]+)\))/.exec(rule)!;
    const [, , fate, trouble] = rule.replace(/^\s*(?:one\([\d_]+\)|\([\d_]+, [\d_]+\)),/, ",").split(",").map((x) => x.trim());
    const number = (text: string) => Number(text.replaceAll("_", ""));
    if (fate !== "FAILS" && trouble === "None") return [];
    // Usernames, and templates as they are made, have answers of their own.
    if (number(from ?? alone!) > 140_000) return [];
    return alone !== undefined ? [number(alone)] : [number(from!), number(to!)];
  });
};

it("has words for every code that somebody may get to read", () => {
  expect(shown().length).toBeGreaterThan(40);
  expect(shown().filter((code) => whatsappWords(code) === "")).toEqual([]);
});

it("has none for a code that nobody knows", () => {
  expect(whatsappWords("999999")).toBe("");
});
