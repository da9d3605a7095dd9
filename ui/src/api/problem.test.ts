import { beforeAll, describe, expect, it } from "vitest";
import { moreWords, setLocale } from "../i18n";
import { Problem, explain } from "./problem";

beforeAll(async () => {
  Object.assign(globalThis, { document: { documentElement: {} } });
  await setLocale("es");
  await moreWords();
});

const refused = (code: string, detail: string, more: object = {}) => new Problem(409, { code, detail, ...more });
const wrong = (code: string, message: string, pointer = "/name") => new Problem(400, { code: "invalid_request", detail: "", errors: [{ pointer, code, message }] });

describe("what the server refuses", () => {
  it("is said in the language in use, by its code", () => {
    expect(explain(refused("ticket_closed", "The ticket is closed."))).toBe("El ticket está cerrado. Reábrelo primero.");
    expect(wrong("required", "`name` is required: text.").field("name")).toBe("Es obligatorio.");
  });

  it("names the limits that the server names", () => {
    expect(wrong("too_long", "At most 80 characters, found 93.").field("name")).toBe("Es demasiado largo: como máximo 80 caracteres, y son 93.");
    expect(wrong("too_short", "At least 10 characters.").field("name")).toBe("Es demasiado corto: al menos 10.");
    expect(wrong("out_of_range", "Expected a whole number from 1 to 80.").field("name")).toBe("Tiene que estar entre 1 y 80.");
    expect(wrong("out_of_range", "This is later than `to`.").field("name")).toBe("Está fuera de lo permitido.");
  });

  it("says of a field what it says of a whole answer with that code", () => {
    expect(wrong("wrong_password", "This is not your password.", "/current").field("current")).toBe("Esa no es tu contraseña.");
  });

  it("says which part where it stands beside none, and the server's sentence where there are no words", () => {
    expect(explain(wrong("invalid_phone", "x", "/phone"))).toMatch(/^phone: No es un número/);
    expect(explain(refused("signature_required", "Users of this web chat must be signed."))).toBe("Users of this web chat must be signed.");
    expect(explain(new Problem(429, { code: "rate_limited" }, "7"))).toBe("Demasiado a la vez. Espera 7 segundos.");
  });
});
