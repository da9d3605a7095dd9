// The stream promises each event once (docs/events.md). What is rung for or counted does not rest on that promise alone: an
// event may still come twice, from a tab that listened and fell asleep, or where a resumed stream begins too early. By id and
// not by sequence, so that one that comes late is late, and not lost.

/** Says of an id whether it is new. Remembers the last `many`, at least. */
export function onlyOnce(many = 2000): { isNew: (id: string) => boolean; forget: () => void } {
  let now = new Set<string>();
  let before = new Set<string>();
  return {
    isNew: (id) => {
      if (now.has(id) || before.has(id)) return false;
      now.add(id);
      if (now.size >= many) {
        before = now;
        now = new Set();
      }
      return true;
    },
    forget: () => {
      now = new Set();
      before = new Set();
    },
  };
}
