import { expect, it } from "vitest";
import { span, withGaps } from "./data";

it("shows days on which nothing was", () => {
  const { from, to } = span(3, new Date(2026, 10, 26, 15).getTime());
  const answer = { columns: ["day", "inbound", "median_seconds"], rows: [["2026-11-25", 4, 60]], totals: [null, 4, 60], cut: false };
  expect(withGaps(answer, from, to).rows).toEqual([
    ["2026-11-24", 0, null],
    ["2026-11-25", 4, 60],
    ["2026-11-26", 0, null],
  ]);
});

it("leaves other groups as they came", () => {
  const answer = { columns: ["channel", "inbound"], rows: [["Sitio", 4]], totals: [null, 4], cut: false };
  expect(withGaps(answer, "2026-11-24T00:00:00Z", "2026-11-26T00:00:00Z")).toBe(answer);
});
