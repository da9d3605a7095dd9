import { expect, it } from "vitest";
import { filled, matching, slashed } from "./canned";

const replies = [
  { id: "1", shortcut: "hola", text: "Hola {nombre}, soy {agente}." },
  { id: "2", shortcut: "horario", text: "De lunes a viernes." },
  { id: "3", shortcut: "saludo", text: "¡Hola!" },
];

it("is a word that begins with a slash, at the end of what is written", () => {
  expect(["/", "/hol", "/hol a", "hola /x", "https://x", "y/o"].map((text) => slashed(text))).toEqual([
    { word: "", from: 0 },
    { word: "hol", from: 0 },
    null,
    { word: "x", from: 5 },
    null,
    null,
  ]);
});

it("finds by shortcut first, then by text, without accents", () => {
  expect(matching(replies, "hó").map((r) => r.shortcut)).toEqual(["hola", "horario", "saludo"]);
  expect(matching(replies, "sld").map((r) => r.shortcut)).toEqual(["saludo"]);
  expect(matching(replies, "xyz")).toEqual([]);
  expect(matching(replies, "viernes").map((r) => r.shortcut)).toEqual(["horario"]);
});

it("fills what is known and leaves the rest", () => {
  expect(filled("Hola {nombre}, soy {agente}. {precio}", "Ana María Rojas", "Pedro")).toBe("Hola Ana, soy Pedro. {precio}");
  expect(filled("Hola {nombre}", null, "Pedro")).toBe("Hola ");
});
