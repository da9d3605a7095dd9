import { expect, it } from "vitest";
import { sumsOf } from "./sums";

it("adds up each currency by itself, the largest first, and leaves out what has no amount", () => {
  const tickets = [
    { amount: "100000", currency: "CLP" },
    { amount: null, currency: null },
    { amount: "50", currency: "USD" },
    { amount: "250000", currency: "CLP" },
  ];
  expect(sumsOf(tickets)).toEqual([
    ["CLP", 350000],
    ["USD", 50],
  ]);
  expect(sumsOf([])).toEqual([]);
});
