import { expect, it } from "vitest";
import { top } from "./bars";

it("puts a round number at the top of the axis", () => {
  expect([0, 1, 3, 7, 12, 26, 480, 1001].map((n) => top(n))).toEqual([1, 1, 5, 10, 20, 50, 500, 2000]);
});

it("is round as time where seconds are counted", () => {
  expect([0, 50, 4000, 5_000_000].map((n) => top(n, true))).toEqual([60, 60, 7200, 5_000_000]);
});
