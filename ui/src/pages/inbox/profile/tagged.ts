// A change of something that was read with its `ETag`: it goes with the version that was seen, and somebody else's change of
// anything else in between is no conflict.
import { Problem } from "../../../api/problem";

export interface Tagged<T> {
  data: T;
  etag: string | null;
}

/**
 * `from` is what was seen when the change was begun. `put` sends the change with an `If-Match` where one is given, `read` reads
 * anew, and what stands now is handed to `show`. Throws a Problem; with status 412 somebody has changed the same, of which
 * `touched` makes one comparable text.
 */
export async function changeSeen<T>(
  from: Tagged<T> | undefined,
  overwrite: boolean,
  put: (header: { "If-Match"?: string }) => Promise<Tagged<T>>,
  read: () => Promise<Tagged<T>>,
  show: (now: Tagged<T>) => void,
  touched: (data: T) => string,
): Promise<void> {
  let etag = from?.etag;
  for (let tries = 0; ; tries += 1) {
    try {
      return show(await put(etag && !overwrite ? { "If-Match": etag } : {}));
    } catch (problem) {
      if (!(problem instanceof Problem && problem.status === 412)) throw problem;
      const now = await read();
      show(now);
      etag = now.etag;
      if (!from || touched(from.data) !== touched(now.data) || tries > 3) throw problem;
    }
  }
}
