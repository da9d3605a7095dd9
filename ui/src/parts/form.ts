// What every form does: send once, and say what was wrong where it was wrong.
import { createSignal } from "solid-js";
import { Problem, explain, partText } from "../api/problem";

export function createSubmit() {
  const [problem, setProblem] = createSignal<unknown>();
  const [busy, setBusy] = createSignal(false);
  return {
    busy,
    /** What is wrong with a field of the body. */
    wrong: (field: string): string | undefined => {
      const p = problem();
      return p instanceof Problem ? p.field(field) : undefined;
    },
    /** What is wrong with the whole, and with fields that the form does not have: those of `fields` say it themselves. */
    whole: (...fields: string[]): string | undefined => {
      const p = problem();
      if (p === undefined) return undefined;
      if (!(p instanceof Problem) || p.errors.length === 0) return explain(p);
      const others = p.errors.filter((e) => !fields.some((f) => `${e.pointer.replace(/^\//, "")}/`.startsWith(`${f}/`)));
      return others.length > 0 ? others.map((e) => `${e.pointer.replace(/^\//, "")}: ${partText(e)}`).join(" ") : undefined;
    },
    clear: () => setProblem(undefined),
    /** Runs `work` unless it runs already; answers whether it went well. */
    async run(work: () => Promise<unknown>): Promise<boolean> {
      if (busy()) return false;
      setBusy(true);
      setProblem(undefined);
      try {
        await work();
        return true;
      } catch (error) {
        setProblem(error);
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}
