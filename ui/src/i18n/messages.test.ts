import { describe, expect, it } from "vitest";
import enFirst from "./en";
import enMore from "./en/more";
import esFirst from "./es";
import esMore from "./es/more";
import ptFirst from "./pt";
import ptMore from "./pt/more";

const en = { ...enFirst, ...enMore };
const es = { ...esFirst, ...esMore };
const pt = { ...ptFirst, ...ptMore };

type Areas = Record<string, Record<string, string>>;
const keys = (areas: Areas) => Object.entries(areas).flatMap(([area, m]) => Object.keys(m).map((k) => `${area}.${k}`)).sort();
const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();

describe.each([
  ["es", es as Areas],
  ["pt", pt as Areas],
])("%s", (_, areas) => {
  it("has the keys of English, no more and no fewer", () => {
    expect(keys(areas)).toEqual(keys(en as Areas));
  });

  it("fills the same places in every message", () => {
    for (const [area, messages] of Object.entries(en as Areas))
      for (const [key, text] of Object.entries(messages))
        expect([`${area}.${key}`, places(areas[area]?.[key] ?? "")]).toEqual([`${area}.${key}`, places(text)]);
  });

  it("leaves nothing empty", () => {
    for (const [area, messages] of Object.entries(areas))
      for (const [key, text] of Object.entries(messages)) expect(text.trim(), `${area}.${key}`).not.toBe("");
  });
});
