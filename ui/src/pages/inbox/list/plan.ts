// Of what is done with many: how it is cut into calls.

/** Calls for one each that are on their way at a time. */
const AT_ONCE = 6;

/** Calls for each of many, a few at a time; what was refused comes back beside it. */
export async function each<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<{ done: [T, R][]; refused: [T, unknown][] }> {
  const done: [T, R][] = [];
  const refused: [T, unknown][] = [];
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const slice = all.slice(at, at + AT_ONCE);
    const answers = await Promise.allSettled(slice.map(work));
    answers.forEach((x, i) => (x.status === "fulfilled" ? done.push([slice[i]!, x.value]) : refused.push([slice[i]!, x.reason])));
  }
  return { done, refused };
}

/** Who has some of these besides `member`, and which. */
export function othersOf(all: readonly { id: string; agent_ids: readonly string[] }[], member: string): [agent: string, ids: string[]][] {
  const of = new Map<string, string[]>();
  for (const c of all) for (const agent of c.agent_ids) if (agent !== member) of.set(agent, [...(of.get(agent) ?? []), c.id]);
  return [...of];
}
