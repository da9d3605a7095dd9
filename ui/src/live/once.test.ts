import { expect, it } from "vitest";
import { onlyOnce } from "./once";

it("knows what it has seen, and one that comes late is new", () => {
  const seen = onlyOnce();
  expect(["b", "b", "a", "b", "a", "c"].map(seen.isNew)).toEqual([true, false, true, false, false, true]);
});

it("remembers so many at least, twice as many at most", () => {
  const seen = onlyOnce(3);
  for (const id of ["1", "2", "3", "4", "5"]) seen.isNew(id);
  expect(["3", "4", "5"].map(seen.isNew)).toEqual([false, false, false]);
  seen.isNew("6");
  expect(seen.isNew("1")).toBe(true);
});

it("forgets all where the log is another one", () => {
  const seen = onlyOnce();
  seen.isNew("a");
  seen.forget();
  expect(seen.isNew("a")).toBe(true);
});
