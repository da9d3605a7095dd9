import { expect, it } from "vitest";
import { filled, matching, slashed } from "./canned";

const replies = [
  { id: "1", shortcut: "hola", text: "Hola {nombre}, soy {agente}." },
  { id: "2", shortcut: "horario", text: "De lunes a viernes." },
  { id: "3", shortcut: "saludo", text: "¡Hola!" },
];

it("begins with a slash and holds no gap", () => {
  expect([slashed("/"), slashed("/hol"), slashed("/hol a"), slashed("hola /x"), slashed("https://x")]).toEqual(["", "hol", null, null, null]);
});

it("finds by shortcut first, then by text, without accents", () => {
  expect(matching(replies, "hó").map((r) => r.shortcut)).toEqual(["hola", "horario", "saludo"]);
  expect(matching(replies, "viernes").map((r) => r.shortcut)).toEqual(["horario"]);
});

it("fills what is known and leaves the rest", () => {
  expect(filled("Hola {nombre}, soy {agente}. {precio}", "Ana María Rojas", "Pedro")).toBe("Hola Ana, soy Pedro. {precio}");
  expect(filled("Hola {nombre}", null, "Pedro")).toBe("Hola ");
});
