// `/` at the beginning of a message: ready answers, narrowed by what follows. The list is in cannedlist.tsx.
import type { CannedReply } from "../../../api/contract";
import { plain } from "../../../parts/text";

/** What follows the slash; null where the text is none. */
export function slashed(text: string): string | null {
  const m = /^\/([^\s/]*)$/.exec(text);
  return m ? m[1]! : null;
}

export function matching(replies: readonly CannedReply[], word: string): CannedReply[] {
  const wanted = plain(word);
  const score = (r: CannedReply) => {
    const name = plain(r.shortcut);
    if (name.startsWith(wanted)) return 0;
    if (name.includes(wanted)) return 1;
    return plain(r.text).includes(wanted) ? 2 : 3;
  };
  return replies
    .map((r) => [score(r), r] as const)
    .filter(([n]) => n < 3)
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
