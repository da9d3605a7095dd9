// Who of the team has a conversation before their eyes, so that two do not begin the same answer. Only of the moment: said
// again each fifteen seconds, forgotten after forty.
import { createSignal, onCleanup } from "solid-js";
import { json } from "../../api/client";
import type { Member } from "../../api/types";
import { memberById } from "../../data/reference";
import { onMoment } from "../../live/stream";
import { session } from "../../session";

const AGAIN = 15_000;
const LASTS = 40_000;
const [seen, setSeen] = createSignal<ReadonlyMap<string, { contact: string; at: number }>>(new Map());

/** The others, oneself left out. One looks at one conversation at a time. */
export function viewersOf(contact: string): Member[] {
  return [...seen()].flatMap(([id, v]) => (v.contact === contact ? (memberById(id) ?? []) : []));
}

export function followViewing(): void {
  onCleanup(
    onMoment("viewing", ({ contact_id, member_id }) => {
      if (member_id !== session()?.member.id) setSeen((all) => new Map(all).set(member_id, { contact: contact_id, at: Date.now() }));
    }),
  );
  const sweep = setInterval(() => {
    const fresh = [...seen()].filter(([, v]) => Date.now() - v.at < LASTS);
    if (fresh.length < seen().size) setSeen(new Map(fresh));
  }, 5000);
  onCleanup(() => (clearInterval(sweep), setSeen(new Map())));
}

/** Says that this conversation is looked at, as long as it is. */
export function tellViewing(contact: string): void {
  const say = () => {
    if (document.visibilityState === "visible") json("POST", `/conversations/${contact}/viewing`).catch(() => undefined);
  };
  // Not for those that somebody only passes by.
  const first = setTimeout(say, 150);
  const timer = setInterval(say, AGAIN);
  onCleanup(() => (clearTimeout(first), clearInterval(timer)));
}
