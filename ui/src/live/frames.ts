// Server-Sent Events, read from pieces of text as they come in (https://html.spec.whatwg.org/multipage/server-sent-events.html).
// Not EventSource: it says nothing about comments, so it cannot be told apart from a dead line, and it gives up for good on
// any answer but 200.

export interface Frame {
  /** `message` where none is named. */
  event: string;
  data: string | null;
  id: string | null;
  retry: number | null;
}

/** Returns a function that takes text and gives back the frames that it completed. */
export function frameReader(): (text: string) => Frame[] {
  let rest = "";
  let event = "";
  let data: string[] = [];
  let id: string | null = null;
  let retry: number | null = null;

  return (text) => {
    const frames: Frame[] = [];
    const lines = (rest + text).split(/\r\n|\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0 || id !== null || retry !== null)
          frames.push({ event: event || "message", data: data.length > 0 ? data.join("\n") : null, id, retry });
        event = "";
        data = [];
        id = null;
        retry = null;
        continue;
      }
      const colon = line.indexOf(":");
      if (colon === 0) continue;
      const name = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (name === "event") event = value;
      else if (name === "data") data.push(value);
      else if (name === "id") id = value;
      else if (name === "retry" && /^\d+$/.test(value)) retry = Number(value);
    }
    return frames;
  };
}
