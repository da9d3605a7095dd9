// What the shop wants to know before the first message.
import { fill, type Texts } from "../texts/index.js";
import type { PreChatField } from "../wire.js";
import { h, say, set } from "./dom.js";

const TYPES = { name: "text", email: "email", phone: "tel", text: "text" } as const;
const COMPLETE = { name: "name", email: "email", phone: "tel", text: "off" } as const;

export function preChat(fields: PreChatField[], texts: Texts, done: (values: Record<string, string>) => Promise<void>): HTMLFormElement {
  const form = h("form", { class: "form", novalidate: true });
  const inputs = fields.map((field, at) => {
    const wrong = h("span", { class: "wrong", id: `wrong-${at}`, hidden: true });
    const input = h("input", {
      type: TYPES[field.type],
      autocomplete: COMPLETE[field.type],
      maxlength: "200",
      "aria-describedby": `wrong-${at}`,
      "aria-required": field.required ? "true" : null,
    });
    // What was wrong is not once it is being mended.
    input.addEventListener("input", () => {
      wrong.hidden = true;
      set(input, { "aria-invalid": null });
    });
    const label = field.label ?? (field.type === "text" ? field.key : texts[field.type]);
    form.append(h("label", {}, h("span", {}, field.required ? `${label} *` : label), input, wrong));
    return { field, input, wrong };
  });
  const trouble = h("span", { class: "wrong", role: "alert", hidden: true });
  const button = h("button", { class: "go" }, texts.begin);
  form.append(trouble, button);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const values: Record<string, string> = {};
    let first: HTMLInputElement | null = null;
    for (const { field, input, wrong } of inputs) {
      const text = input.value.trim();
      const bad = text === "" ? field.required && texts.required : field.type === "email" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) && texts.badEmail;
      say(wrong, bad || "");
      wrong.hidden = !bad;
      set(input, { "aria-invalid": bad ? "true" : null });
      if (bad) first ??= input;
      else if (text !== "") values[field.key] = text;
    }
    if (first) return first.focus();
    button.disabled = true;
    trouble.hidden = true;
    done(values).catch(() => {
      button.disabled = false;
      trouble.hidden = false;
      say(trouble, fill(texts.refused, {}));
    });
  });
  return form;
}
