import unreadableIn from "../../../../crates/structuring/src/model/answer.rs?raw";
import callsIn from "../../../../crates/providers/src/model/mod.rs?raw";
import workerIn from "../../../../crates/workers/src/model.rs?raw";
import { beforeAll, expect, it } from "vitest";
import { moreWords, setLocale } from "../../i18n";
import { modelError } from "./modelerror";

beforeAll(async () => {
  Object.assign(globalThis, { document: { documentElement: {} } });
  await setLocale("es");
  await moreWords();
});

/** The sentences in the program, with something in their places. */
const sentences = () => {
  const calls = callsIn.split("#[cfg(test)]")[0]!;
  const written = [...calls.matchAll(/(?:failed\((?:format!\()?|let why = format!\()"([^"]+)"/g)].map((m) => m[1]!);
  const sealed = /ok_or\("(The key[^"]+)"\)/.exec(workerIn)![1]!;
  const unreadable = /#\[error\("([^"]+)"\)\]\s*pub struct Unreadable/.exec(unreadableIn)![1]!;
  return [...written, sealed, `${unreadable}.`].map((x) => x.replace("{status}", "404").replace("{said}", " (model_not_found)").replace(/\{\w+\}/g, "512"));
};

it("has words for each sentence that the program has", () => {
  const all = sentences();
  expect(all.length).toBeGreaterThanOrEqual(8);
  for (const one of all) expect(modelError(one), one).not.toHaveProperty("foreign");
});

it("says what the status means, and what is left as the endpoint calls it", () => {
  const error = modelError("It answered with HTTP status 401 (invalid_api_key).");
  expect(error.text).toContain("401 (invalid_api_key)");
  expect(error.text).toContain("clave");
  expect(modelError("It cannot be reached: no connection: refused.").detail).toBe("no connection: refused");
  expect(modelError("It cannot be reached: modelo.local leads to an address that is not on the public internet.").text).toContain("models_allow");
});

it("leaves alone what it does not know", () => {
  expect(modelError("Something new.")).toEqual({ text: "Something new.", foreign: true });
});
