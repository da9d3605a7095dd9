import { expect, it } from "vitest";
import { frameReader } from "./frames";

const all = (...pieces: string[]) => {
  const read = frameReader();
  return pieces.flatMap((p) => read(p));
};

it("reads a frame that comes in pieces", () => {
  expect(all("id: 81", "24\nda", 'ta: {"a":1}\n', "\n")).toEqual([{ event: "message", data: '{"a":1}', id: "8124", retry: null }]);
});

it("gives an id without data, which moves the place to resume from", () => {
  expect(all(":\nid: 8130\n\n")).toEqual([{ event: "message", data: null, id: "8130", retry: null }]);
});

it("keeps nothing of one frame in the next", () => {
  const [first, second] = all("event: typing\ndata: 1\n\ndata: 2\n\n");
  expect([first?.event, first?.id, second?.event, second?.data]).toEqual(["typing", null, "message", "2"]);
});

it("joins lines of data, takes the time to wait, and leaves comments", () => {
  expect(all("retry: 1389\r\n: alive\r\ndata: a\r\ndata:b\r\n\r\n")).toEqual([{ event: "message", data: "a\nb", id: null, retry: 1389 }]);
});
