// Who of the team is there: the server names again and again whose pages are connected; who was not named for a minute is
// gone. What somebody wants to be taken for counts while they are there.
import { createStore, produce } from "solid-js/store";
import type { Member } from "../api/types";
import { onMoment } from "../live/stream";

/** Until when each is taken to be there, in milliseconds of this machine's clock. */
const [until, setUntil] = createStore<Record<string, number>>({});

export function arePresent(ids: readonly string[], seconds = 60): void {
  const end = Date.now() + seconds * 1000;
  setUntil(produce((all) => ids.forEach((id) => (all[id] = end))));
}

/** As a dot shows it. */
export function presenceOf(member: Pick<Member, "id" | "availability">): Member["availability"] {
  return until[member.id] === undefined ? "offline" : member.availability;
}

/** Keeps it current; returns what stops that. */
export function followPresence(): () => void {
  const off = onMoment("present", ({ member_ids, for_seconds }) => arePresent(member_ids, for_seconds));
  const timer = setInterval(() => {
    const now = Date.now();
    const gone = Object.keys(until).filter((id) => until[id]! <= now);
    if (gone.length > 0) setUntil(produce((all) => gone.forEach((id) => delete all[id])));
  }, 5000);
  return () => {
    off();
    clearInterval(timer);
    setUntil(produce((all) => Object.keys(all).forEach((id) => delete all[id])));
  };
}
