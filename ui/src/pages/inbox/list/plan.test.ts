import { expect, it } from "vitest";
import { each, othersOf } from "./plan";

it("says who else has some of them, and which", () => {
  const all = [
    { id: "a", agent_ids: ["rosa"] },
    { id: "b", agent_ids: ["rosa", "luis"] },
    { id: "c", agent_ids: ["eva"] },
    { id: "d", agent_ids: [] },
  ];
  expect(othersOf(all, "eva")).toEqual([["rosa", ["a", "b"]], ["luis", ["b"]]]);
  expect(othersOf(all, "rosa")).toEqual([["luis", ["b"]], ["eva", ["c"]]]);
});

it("asks for each, a few at a time, and tells what was refused apart", async () => {
  let now = 0;
  let most = 0;
  const answer = await each([1, 2, 3, 4, 5, 6, 7, 8], async (n) => {
    most = Math.max(most, ++now);
    await Promise.resolve();
    now -= 1;
    if (n % 4 === 0) throw new Error(String(n));
    return n * 10;
  });
  expect(answer.done).toEqual([[1, 10], [2, 20], [3, 30], [5, 50], [6, 60], [7, 70]]);
  expect(answer.refused.map(([n]) => n)).toEqual([4, 8]);
  expect(most).toBe(6);
});
