// Templates as WhatsApp has them: read, previewed with what was filled in, and made into what is sent.
import type { Template } from "../../../api/types";

type Loose = Record<string, unknown>;
const object = (v: unknown): Loose => (v && typeof v === "object" && !Array.isArray(v) ? (v as Loose) : {});
const str = (v: unknown): string => (typeof v === "string" ? v : "");

export interface Parts {
  header: { format: string; text: string } | null;
  body: string;
  footer: string;
  buttons: { type: string; text: string; url: string }[];
}

export function partsOf(template: Pick<Template, "components">): Parts {
  const list = Array.isArray(template.components) ? template.components.map(object) : [];
  const of = (type: string) => list.find((c) => str(c.type).toUpperCase() === type);
  const header = of("HEADER");
  const buttons = of("BUTTONS")?.buttons;
  return {
    header: header ? { format: str(header.format).toUpperCase() || "TEXT", text: str(header.text) } : null,
    body: str(of("BODY")?.text),
    footer: str(of("FOOTER")?.text),
    buttons: (Array.isArray(buttons) ? buttons.map(object) : []).map((b) => ({ type: str(b.type).toUpperCase(), text: str(b.text), url: str(b.url) })),
  };
}

export interface Variable {
  /** As `variables` of the API names it: `1`, `nombre`, `header.1`, `header.image`, `buttons.0`. */
  name: string;
  place: "body" | "header" | "header_file" | "header_location" | "button" | "card";
}

export function variablesOf(template: Pick<Template, "variables">): Variable[] {
  return template.variables.map((name) => {
    if (/^header\.(image|video|document)$/.test(name)) return { name, place: "header_file" };
    if (name === "header.location") return { name, place: "header_location" };
    if (name.startsWith("header.")) return { name, place: "header" };
    if (name.startsWith("buttons.")) return { name, place: "button" };
    if (name.startsWith("cards.")) return { name, place: "card" };
    return { name, place: "body" };
  });
}

/** Whether this page can fill it: carousels and places want an integration. */
export const fillable = (template: Template): boolean =>
  !template.unsupported && variablesOf(template).every((v) => v.place !== "card" && v.place !== "header_location");

/** A text with its variables: what is not filled yet stays as `{{1}}`. */
export function fillText(text: string, values: Record<string, string>, prefix = ""): string {
  return text.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (whole, name: string) => values[`${prefix}${name}`]?.trim() || whole);
}

/** What is read of it in a conversation, put together as the server does: its words there do not change once it is taken. */
export function textOf(template: Template, values: Record<string, string>): string {
  const { header, body, footer } = partsOf(template);
  const heading = header?.format === "TEXT" ? fillText(header.text, values, "header.") : "";
  return [heading, fillText(body, values), footer].filter(Boolean).join("\n");
}

/** `template` of POST /messages. */
export function contentOf(template: Template, values: Record<string, string>): Record<string, unknown> {
  const variables = variablesOf(template);
  const body = variables.filter((v) => v.place === "body").map((v) => v.name);
  const value = (name: string) => (values[name] ?? "").trim();
  const content: Record<string, unknown> = { id: template.id };
  if (body.length > 0) content.variables = Object.fromEntries(body.map((name) => [name, value(name)]));
  const header = variables.find((v) => v.place === "header");
  const file = variables.find((v) => v.place === "header_file");
  if (header) content.header = { text: value(header.name) };
  if (file) content.header = { link: value(file.name) };
  const buttons = variables.filter((v) => v.place === "button").map((v) => ({ index: Number(v.name.split(".")[1]), value: value(v.name) }));
  if (buttons.length > 0) content.buttons = buttons;
  return content;
}
