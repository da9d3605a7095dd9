// Text on the page's own colour, so that it can be read on any.

function channel(value: number): number {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

/** Relative luminance, as WCAG 2 has it. */
function luminance(colour: string): number {
  const part = (at: number): number => channel(parseInt(colour.slice(at, at + 2), 16));
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
}

export function isColour(text: unknown): text is string {
  return typeof text === "string" && /^#[0-9a-f]{6}$/i.test(text);
}

/** Black or white, whichever stands out more. */
export function textOn(colour: string): string {
  const light = luminance(colour);
  return (1.05 / (light + 0.05) >= (light + 0.05) / 0.05) ? "#ffffff" : "#000000";
}
