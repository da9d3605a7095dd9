// `/` at the beginning of a word: ready answers, narrowed by what follows. The list is in cannedlist.tsx.
import type { CannedReply } from "../../../api/contract";
import { plain } from "../../../parts/text";

/** A word that is being written: what follows its slash, and where the slash stands. */
export interface Slashed {
  word: string;
  from: number;
}

/** What is written with a slash before it right where `text` ends; null where there is none. */
export function slashed(text: string): Slashed | null {
  const m = /(^|\s)\/([^\s/]*)$/.exec(text);
  return m ? { word: m[2]!, from: m.index + m[1]!.length } : null;
}

const inOrder = (name: string, letters: string): boolean => {
  let at = -1;
  return [...letters].every((c) => (at = name.indexOf(c, at + 1)) >= 0);
};

export function matching(replies: readonly CannedReply[], word: string): CannedReply[] {
  const wanted = plain(word);
  const score = (r: CannedReply) => {
    const name = plain(r.shortcut);
    if (name.startsWith(wanted)) return 0;
    if (name.includes(wanted)) return 1;
    if (plain(r.text).includes(wanted)) return 2;
    // A letter left out: `sld` is `saludo`.
    return wanted.length > 1 && name[0] === wanted[0] && inOrder(name, wanted) ? 3 : 4;
  };
  return replies
    .map((r) => [score(r), r] as const)
    .filter(([n]) => n < 4)
    .sort((a, b) => a[0] - b[0] || a[1].shortcut.localeCompare(b[1].shortcut))
    .slice(0, 8)
    .map(([, r]) => r);
}

/** Places in a ready answer, filled with what is known: {nombre}, {name}, {agente}. Others stay as they stand. */
export function filled(text: string, contact: string | null, member: string): string {
  const first = (contact ?? "").trim().split(/\s+/)[0] ?? "";
  const values: Record<string, string> = { nombre: first, name: first, nome: first, agente: member, agent: member };
  return text.replace(/\{(\w+)\}/g, (whole, key: string) => values[key.toLowerCase()] ?? whole);
}
