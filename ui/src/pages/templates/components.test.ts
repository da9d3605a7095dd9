import { describe, expect, it } from "vitest";
import { componentsOf, draftOf, hasMore, templateName, variables, wanted, wellNumbered } from "./components";

const draft = { header: "", body: "Hola {{1}}, te esperamos el {{2}}.", footer: "Clínica", buttons: "Confirmo\nCambiar hora\n", examples: { "1": "Ana", "2": "lunes" } };

describe("a template's parts", () => {
  it("finds variables once each", () => {
    expect(variables("{{1}} {{ nombre }} {{1}}")).toEqual(["1", "nombre"]);
    expect(wanted({ ...draft, header: "Pedido {{1}}" })).toEqual(["header.1", "1", "2"]);
  });

  it("makes a name of what is typed, key by key", () => {
    expect(["Mi Aviso Ñandú", "mi ", "Promoção-2026!", "__x"].map(templateName)).toEqual(["mi_aviso_nandu", "mi_", "promocao_2026", "__x"]);
  });

  it("wants numbers from 1 on without a gap", () => {
    expect([wellNumbered("{{1}} {{2}}"), wellNumbered("{{2}} {{1}}"), wellNumbered("{{2}}"), wellNumbered("{{1}} {{nombre}}"), wellNumbered("{{nombre}}")]).toEqual([true, true, false, false, true]);
  });

  it("writes what WhatsApp wants, and reads it back", () => {
    const components = componentsOf(draft);
    expect(components).toEqual([
      { type: "BODY", text: draft.body, example: { body_text: [["Ana", "lunes"]] } },
      { type: "FOOTER", text: "Clínica" },
      { type: "BUTTONS", buttons: [{ type: "QUICK_REPLY", text: "Confirmo" }, { type: "QUICK_REPLY", text: "Cambiar hora" }] },
    ]);
    expect(draftOf({ components: components as never })).toEqual({ ...draft, buttons: "Confirmo\nCambiar hora" });
  });

  it("keeps what the editor does not have", () => {
    const before = [
      { type: "HEADER", format: "IMAGE" },
      { type: "BODY", text: "Antes" },
      { type: "BUTTONS", buttons: [{ type: "URL", text: "Ver", url: "https://example.com" }] },
    ];
    expect(hasMore(before)).toBe(true);
    expect(componentsOf({ ...draft, body: "Después", buttons: "", footer: "" }, before)).toEqual([before[0], { type: "BODY", text: "Después" }, before[2]]);
  });
});
