import { expect, it } from "vitest";
import { pieces, type Piece } from "./richtext";

const flat = (list: Piece[]): string =>
  list.map((p) => (p.kind === "text" ? p.text : p.kind === "link" ? `<${p.href}>` : `${p.kind}(${flat(p.inner)})`)).join("");

it.each([
  ["*hola*", "bold(hola)"],
  ["un *dos* tres _cuatro_", "un bold(dos) tres italic(cuatro)"],
  ["*_ambos_*", "bold(italic(ambos))"],
  ["`*no*`", "code(*no*)"],
  ["2*3*4", "2*3*4"],
  ["* no *", "* no *"],
  ["snake_case_name", "snake_case_name"],
  ["ver https://example.com/a_b_c?x=*1* ya.", "ver <https://example.com/a_b_c?x=*1*> ya."],
  ["(https://example.com).", "(<https://example.com>)."],
  ["javascript:alert(1)", "javascript:alert(1)"],
  ["<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
])("%s", (text, expected) => {
  expect(flat(pieces(text))).toBe(expected);
});

it("is quick on what is made to be slow", () => {
  const text = "*_~`".repeat(1000);
  expect(flat(pieces(text)).length).toBeGreaterThan(0);
});
