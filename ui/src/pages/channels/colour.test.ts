import { expect, it } from "vitest";
import { readableOn } from "./colour";

it("writes on a colour with what can be read there", () => {
  expect(["#ffffff", "#ffd400", "#0f6b5c", "#1d1d7a", "#000000"].map(readableOn)).toEqual(["#000000", "#000000", "#ffffff", "#ffffff", "#ffffff"]);
});
