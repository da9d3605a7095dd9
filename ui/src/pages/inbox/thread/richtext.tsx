// WhatsApp's way of writing (*bold*, _italic_, ~struck~, `code`) and addresses, made of elements, never of markup: what a
// customer wrote can only ever be text.
import { For, type JSX } from "solid-js";

export type Piece =
  | { kind: "text"; text: string }
  | { kind: "link"; text: string; href: string }
  | { kind: "bold" | "italic" | "struck" | "code"; inner: Piece[] };

const MARKS: Record<string, "bold" | "italic" | "struck" | "code"> = { "*": "bold", _: "italic", "~": "struck", "`": "code" };
const URL = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/g;

/** At most `depth` marks within each other. */
export function pieces(text: string, depth = 3): Piece[] {
  if (depth > 0) {
    // A mark opens after a gap or a sign, closes before one, and holds something that does not begin or end with a gap.
    const marked = /(^|[\s\p{P}])([*_~`])(?=\S)([^\n]*?\S)\2(?=$|[\s\p{P}])/u.exec(text);
    if (marked) {
      const [whole, lead = "", mark = "", inner = ""] = marked;
      // Within an address those signs are the address's own.
      const inUrl = [...text.matchAll(URL)].some((u) => marked.index + lead.length >= u.index && marked.index < u.index + u[0].length);
      if (!inUrl) {
        const kind = MARKS[mark]!;
        return [
          ...links(text.slice(0, marked.index) + lead),
          { kind, inner: kind === "code" ? [{ kind: "text", text: inner }] : pieces(inner, depth - 1) },
          ...pieces(text.slice(marked.index + whole.length), depth),
        ];
      }
    }
  }
  return links(text);
}

function links(text: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const m of text.matchAll(URL)) {
    if (m.index > from) found.push({ kind: "text", text: text.slice(from, m.index) });
    found.push({ kind: "link", text: m[0], href: m[0] });
    from = m.index + m[0].length;
  }
  if (from < text.length) found.push({ kind: "text", text: text.slice(from) });
  return found;
}

/** `plain`: only addresses; what reads it knows no marks. */
export function RichText(props: { text: string; plain?: boolean }) {
  return <Pieces list={pieces(props.text, props.plain ? 0 : undefined)} />;
}

function Pieces(props: { list: Piece[] }): JSX.Element {
  return (
    <For each={props.list}>
      {(piece) => {
        if (piece.kind === "text") return <>{piece.text}</>;
        if (piece.kind === "link")
          return (
            <a href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
              {piece.text}
            </a>
          );
        const inner = <Pieces list={piece.inner} />;
        if (piece.kind === "bold") return <strong>{inner}</strong>;
        if (piece.kind === "italic") return <em>{inner}</em>;
        if (piece.kind === "struck") return <s>{inner}</s>;
        return <code>{inner}</code>;
      }}
    </For>
  );
}
