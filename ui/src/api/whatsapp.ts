// What WhatsApp's error codes mean, in the language in use.
import { tx } from "../i18n";

/** Codes that mean the same as another one, which has the words: from, to, as. The program's table has the same ranges. */
const SAME: readonly (readonly [number, number, number])[] = [
  [0, 0, 190],
  [3, 3, 10],
  [200, 299, 10],
  [131005, 131005, 10],
  [131009, 131009, 131008],
  [131052, 131052, 131051],
  [132009, 132012, 132008],
  [133006, 133009, 133005],
  [133010, 133010, 131045],
  [135000, 135000, 100],
];

/** Empty where there are no words for it: then the program's own sentence stands. */
export function whatsappWords(code: string | number): string {
  const n = Number(code);
  const same = SAME.find(([from, to]) => n >= from && n <= to)?.[2] ?? code;
  return tx("refusals", `wa_${same}`, "");
}
