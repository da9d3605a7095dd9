// One tab of a browser does what all of them are told of: each asks for the turn, the first gets it. Where there are no locks
// (plain HTTP beyond localhost) each has its turn.
import { onCleanup } from "solid-js";

/** How long a turn stays taken: tabs behind are slowed down by browsers, to a second and more. */
const HELD = 20_000;

export function createTurns(): { take: (id: string) => Promise<boolean> } {
  const stopped = new AbortController();
  onCleanup(() => stopped.abort());
  return {
    take: (id) =>
      new Promise((done) => {
        if (!("locks" in navigator)) return done(true);
        navigator.locks
          .request(`recado.turn.${id}`, { ifAvailable: true }, (lock) => {
            done(lock !== null);
            return lock && new Promise<void>((free) => (setTimeout(free, HELD), stopped.signal.addEventListener("abort", () => free())));
          })
          .catch(() => done(true));
      }),
  };
}
