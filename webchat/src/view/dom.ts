// Elements without markup: text is only ever text.

type Child = Node | string | null | undefined | false;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | boolean | null> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  set(element, attributes);
  for (const child of children) if (child) element.append(child);
  return element;
}

/** False and null take an attribute away, true gives it without a value. */
export function set(element: Element, attributes: Record<string, string | boolean | null>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null) element.removeAttribute(name);
    else if (element.getAttribute(name) !== (value === true ? "" : value)) element.setAttribute(name, value === true ? "" : value);
  }
}

export function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** One path, drawn within 24 × 24. */
export function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  set(svg, { viewBox: "0 0 24 24", width: "24", height: "24", "aria-hidden": "true", focusable: "false" });
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "path");
  drawn.setAttribute("d", path);
  svg.append(drawn);
  return svg;
}

const ADDRESS = /\bhttps?:\/\/[^\s<>"'`]+/g;

/** Addresses become links; the rest stays as it was typed. */
export function prose(text: string): (Node | string)[] {
  const parts: (Node | string)[] = [];
  let at = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(/[).,;:!?\]]+$/, "");
    if (!isAddress(address)) continue;
    parts.push(text.slice(at, match.index));
    parts.push(h("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow" }, address));
    at = match.index + address.length;
  }
  parts.push(text.slice(at));
  return parts.filter((part) => part !== "");
}

function isAddress(text: string): boolean {
  try {
    return new URL(text).host !== "";
  } catch {
    return false;
  }
}
