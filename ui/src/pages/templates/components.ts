// A template's parts as the editor has them, and as WhatsApp wants them.
import type { Template } from "../../api/types";
import { partsOf } from "../inbox/composer/template";

export interface Draft {
  header: string;
  body: string;
  footer: string;
  /** Quick replies, one a line. */
  buttons: string;
  /** By the name of the variable; the header's one is `header.1`. */
  examples: Record<string, string>;
}

type Loose = Record<string, unknown>;
const kind = (c: unknown): string => String((c as Loose | null)?.type ?? "").toUpperCase();
const listOf = (components: unknown): Loose[] => (Array.isArray(components) ? (components as Loose[]) : []);

/** Names of the variables of a text, in order, each once. */
export const variables = (text: string): string[] => [...new Set([...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map((m) => m[1]!))];

/** Whether numbered variables run from 1 without a gap; named ones may be any. */
export function wellNumbered(text: string): boolean {
  const found = variables(text);
  const numbers = found.filter((v) => /^\d+$/.test(v)).map(Number);
  if (numbers.length === 0) return true;
  return numbers.length === found.length && [...numbers].sort((a, b) => a - b).every((n, i) => n === i + 1);
}

export const named = (text: string): boolean => variables(text).some((v) => !/^\d+$/.test(v));

export function draftOf(template?: Pick<Template, "components">): Draft {
  const parts = template ? partsOf(template) : { header: null, body: "", footer: "", buttons: [] };
  const examples: Record<string, string> = {};
  for (const c of listOf(template?.components)) {
    const example = (c.example ?? {}) as Loose;
    const body = Array.isArray(example.body_text) && Array.isArray(example.body_text[0]) ? (example.body_text[0] as unknown[]) : [];
    if (kind(c) === "BODY") body.forEach((v, i) => (examples[String(i + 1)] = String(v)));
    if (kind(c) === "BODY" && Array.isArray(example.body_text_named_params)) for (const p of example.body_text_named_params as Loose[]) examples[String(p.param_name)] = String(p.example ?? "");
    if (kind(c) === "HEADER" && Array.isArray(example.header_text)) examples["header.1"] = String(example.header_text[0] ?? "");
  }
  return {
    header: parts.header?.format === "TEXT" ? parts.header.text : "",
    body: parts.body,
    footer: parts.footer,
    buttons: parts.buttons.filter((b) => b.type === "QUICK_REPLY").map((b) => b.text).join("\n"),
    examples,
  };
}

/** Names of all examples that WhatsApp asks for. */
export const wanted = (draft: Draft): string[] => [...variables(draft.header).map((v) => `header.${v}`), ...variables(draft.body)];

export function componentsOf(draft: Draft, before?: unknown): Loose[] {
  const example = (name: string) => draft.examples[name]?.trim() ?? "";
  const components: Loose[] = [];
  const old = listOf(before);
  const oldHeader = old.find((c) => kind(c) === "HEADER" && String(c.format ?? "TEXT").toUpperCase() !== "TEXT");
  if (oldHeader) components.push(oldHeader);
  else if (draft.header.trim()) {
    const header = variables(draft.header);
    components.push({ type: "HEADER", format: "TEXT", text: draft.header.trim(), ...(header.length > 0 ? { example: { header_text: header.map((v) => example(`header.${v}`)) } } : {}) });
  }
  const body = variables(draft.body);
  components.push({
    type: "BODY",
    text: draft.body.trim(),
    ...(body.length === 0 ? {} : named(draft.body) ? { example: { body_text_named_params: body.map((v) => ({ param_name: v, example: example(v) })) } } : { example: { body_text: [[...body].sort((a, b) => Number(a) - Number(b)).map(example)] } }),
  });
  if (draft.footer.trim()) components.push({ type: "FOOTER", text: draft.footer.trim() });
  // Buttons that lead somewhere are none of this editor's: they stay.
  const others = ((old.find((c) => kind(c) === "BUTTONS")?.buttons ?? []) as Loose[]).filter((b) => kind(b) !== "QUICK_REPLY");
  const replies = draft.buttons.split("\n").map((x) => x.trim()).filter(Boolean).slice(0, 3);
  const buttons = [...replies.map((text) => ({ type: "QUICK_REPLY", text })), ...others];
  if (buttons.length > 0) components.push({ type: "BUTTONS", buttons });
  components.push(...old.filter((c) => !["HEADER", "BODY", "FOOTER", "BUTTONS"].includes(kind(c))));
  return components;
}

/** Whether something of it is beyond this editor. */
export const hasMore = (components: unknown): boolean =>
  listOf(components).some(
    (c) =>
      !["HEADER", "BODY", "FOOTER", "BUTTONS"].includes(kind(c)) ||
      (kind(c) === "HEADER" && String(c.format ?? "TEXT").toUpperCase() !== "TEXT") ||
      (kind(c) === "BUTTONS" && ((c.buttons ?? []) as unknown[]).some((b) => kind(b) !== "QUICK_REPLY")),
  );

/** What was typed, as WhatsApp takes a template's name: `Mi Aviso Ñandú` is `mi_aviso_nandu`. Taken apart, an accent goes like any other sign. */
export const templateName = (typed: string): string =>
  typed.normalize("NFD").toLowerCase().replace(/[\s-]+/g, "_").replace(/[^a-z0-9_]/g, "");
