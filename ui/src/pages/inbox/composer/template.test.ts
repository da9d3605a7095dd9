import { expect, it } from "vitest";
import type { Template } from "../../../api/types";
import { contentOf, fillText, fillable, partsOf, textOf } from "./template";

const template = {
  id: "t1",
  name: "recordatorio",
  components: [
    { type: "HEADER", format: "TEXT", text: "Hora de {{1}}" },
    { type: "BODY", text: "Hola {{nombre}}, te esperamos el {{dia}}." },
    { type: "FOOTER", text: "Los Aromos" },
    { type: "BUTTONS", buttons: [{ type: "QUICK_REPLY", text: "Sí" }, { type: "URL", text: "Ver", url: "https://example.com/{{1}}" }] },
  ],
  variables: ["nombre", "dia", "header.1", "buttons.1"],
  unsupported: null,
} as unknown as Template;

it("reads its parts", () => {
  const parts = partsOf(template);
  expect([parts.header?.text, parts.body, parts.footer, parts.buttons.map((b) => b.text)]).toEqual([
    "Hora de {{1}}",
    "Hola {{nombre}}, te esperamos el {{dia}}.",
    "Los Aromos",
    ["Sí", "Ver"],
  ]);
  expect(partsOf({ components: null as never }).body).toBe("");
});

it("previews what is filled and shows what is not", () => {
  expect(fillText("Hola {{nombre}}, el {{ dia }}", { nombre: "Ana $1" })).toBe("Hola Ana $1, el {{ dia }}");
});

it("reads in a conversation as the server will write it", () => {
  expect(textOf(template, { nombre: "Ana", dia: "martes", "header.1": "control" })).toBe("Hora de control\nHola Ana, te esperamos el martes.\nLos Aromos");
  const picture = { ...template, components: [{ type: "HEADER", format: "IMAGE" }, { type: "BODY", text: "Hola" }] } as Template;
  expect(textOf(picture, {})).toBe("Hola");
});

it("makes what is sent", () => {
  expect(contentOf(template, { nombre: " Ana ", dia: "martes", "header.1": "control", "buttons.1": "x9" })).toEqual({
    id: "t1",
    variables: { nombre: "Ana", dia: "martes" },
    header: { text: "control" },
    buttons: [{ index: 1, value: "x9" }],
  });
  expect(fillable(template)).toBe(true);
});
