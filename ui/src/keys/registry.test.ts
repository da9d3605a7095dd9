import { expect, it } from "vitest";
import { keyCaps, pressName } from "./registry";

const press = (key: string, more: Partial<KeyboardEvent> = {}) =>
  pressName({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more });

it("writes a press the same on every system", () => {
  expect(press("k", { ctrlKey: true })).toBe("mod+k");
  expect(press("k", { metaKey: true })).toBe("mod+k");
  expect(press("?", { shiftKey: true })).toBe("?");
  expect(press("N", { shiftKey: true })).toBe("shift+n");
  expect(press("ArrowDown", { altKey: true })).toBe("alt+ArrowDown");
});

it("shows one cap per key", () => {
  expect(keyCaps("g i")).toEqual(["G", "I"]);
  expect(keyCaps("mod+k")).toEqual(["Ctrl", "K"]);
});
