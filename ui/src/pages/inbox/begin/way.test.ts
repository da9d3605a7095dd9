import { expect, it } from "vitest";
import { beginHref, phoneIn } from "./way";

it.each([
  ["+56 9 5550 0123", "+56 9 5550 0123"],
  [" (9) 5550-0123 ", "(9) 5550-0123"],
  ["95550", undefined],
  ["Ana 95550123", undefined],
  ["9+5550123", undefined],
])("knows a phone among what is searched for: %j", (text, phone) => {
  expect(phoneIn(text)).toBe(phone);
});

it("opens over what is looked at, with its filter", () => {
  expect(beginHref("/inbox/abc", "?view=mine")).toBe("/inbox/abc?view=mine&new=1");
  expect(beginHref("/board/abc", "?ticket=1", "+56 9 5550 0123")).toBe("/inbox?new=%2B56+9+5550+0123");
});
