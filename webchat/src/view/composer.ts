// Where the visitor writes: Enter sends, Shift+Enter is a new line, files by button, paste or drop.
import { fill, type Texts } from "../texts/index.js";
import { h, icon } from "./dom.js";

const SEND = "M3 20.5 22 12 3 3.5V10l13 2-13 2z";
const PLUS = "M16.5 6v11.5a4 4 0 0 1-8 0V5a2.5 2.5 0 0 1 5 0v10.5a1 1 0 0 1-2 0V6H10v9.5a2.5 2.5 0 0 0 5 0V5a4 4 0 0 0-8 0v12.5a5.5 5.5 0 0 0 11 0V6z";

export interface Writes {
  send(text: string): void;
  attach(file: File): void;
  typing(text: string): void;
  draft(text: string): void;
  refuse(why: string): void;
}

export class Composer {
  readonly element: HTMLFormElement;
  private readonly text: HTMLTextAreaElement;
  private readonly button: HTMLButtonElement;

  constructor(
    private readonly texts: Texts,
    private readonly most: { text: number; file: number },
    draft: string,
    private readonly writes: Writes,
  ) {
    this.text = h("textarea", { rows: "1", placeholder: texts.write, "aria-label": texts.message, enterkeyhint: "send" });
    this.text.value = draft;
    this.button = h("button", { class: "icon send", "aria-label": texts.send, title: texts.send }, icon(SEND));
    const files = h("input", { type: "file", hidden: true, tabindex: "-1", multiple: true });
    files.addEventListener("change", () => {
      this.attach(files.files);
      files.value = "";
    });
    const attach = h("button", { type: "button", class: "icon", "aria-label": texts.attach, title: texts.attach }, icon(PLUS));
    attach.addEventListener("click", () => files.click());
    this.element = h("form", { class: "composer" }, attach, files, this.text, this.button);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.text.addEventListener("keydown", (event) => {
      // While a word is being composed, Enter ends the word.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.send();
    });
    this.text.addEventListener("input", () => {
      writes.typing(this.text.value);
      writes.draft(this.text.value);
      this.fit();
    });
    this.text.addEventListener("paste", (event) => {
      const pasted = event.clipboardData?.files;
      if (!pasted || pasted.length === 0) return;
      event.preventDefault();
      this.attach(pasted);
    });
    this.fit();
  }

  /** Of a drop onto the panel too. */
  attach(files: FileList | null): void {
    for (const file of Array.from(files ?? []).slice(0, 10)) {
      if (file.size > this.most.file) this.writes.refuse(fill(this.texts.tooLarge, { mb: Math.floor(this.most.file / 1048576) }));
      else if (file.size > 0) this.writes.attach(file);
    }
  }

  private send(): void {
    const text = this.text.value.trim();
    if (text === "") return;
    if ([...text].length > this.most.text) return this.writes.refuse(fill(this.texts.tooLong, { n: this.most.text }));
    this.text.value = "";
    this.writes.draft("");
    this.fit();
    this.writes.send(text);
  }

  private fit(): void {
    this.button.disabled = this.text.value.trim() === "";
    this.text.style.height = "auto";
    if (this.text.scrollHeight > 0) this.text.style.height = `${Math.min(this.text.scrollHeight + 2, 140)}px`;
  }

  focus(): void {
    this.text.focus();
    this.fit();
  }
}
