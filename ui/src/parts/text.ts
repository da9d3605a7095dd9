/** Text to compare by: without case and accents, as people type when they search. */
export const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();

/** Whether all words of a search are somewhere in a text, in any order. */
export const fits = (text: string, search: string): boolean => {
  const whole = plain(text);
  return plain(search).split(/\s+/).every((word) => whole.includes(word));
};

/** One or two letters for somebody's picture. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter((w) => /\p{L}|\p{N}/u.test(w));
  const first = [...(words[0] ?? "")][0] ?? "";
  const second = words.length > 1 ? ([...words[words.length - 1]!][0] ?? "") : "";
  return (first + second).toLocaleUpperCase();
}

/** A steady small number for a text: the same person always has the same colour. */
export function hue(text: string, of: number): number {
  let h = 0;
  for (const c of text) h = (h * 31 + c.codePointAt(0)!) >>> 0;
  return h % of;
}
