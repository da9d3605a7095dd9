// One message of the log, drawn once and brought up to date in place.
import type { Chat, Shown } from "../chat.js";
import { fill, type Texts } from "../texts/index.js";
import { h, icon, prose, say, set } from "./dom.js";

const CLIP = "M16.5 6v11.5a4 4 0 0 1-8 0V5a2.5 2.5 0 0 1 5 0v10.5a1 1 0 0 1-2 0V6H10v9.5a2.5 2.5 0 0 0 5 0V5a4 4 0 0 0-8 0v12.5a5.5 5.5 0 0 0 11 0V6z";
/** Pictures that a browser draws and that carry no script. */
const PICTURES = ["image/jpeg", "image/png", "image/webp", "image/gif"];
/** Larger ones are fetched when they are asked for. */
const SHOWN_AT_ONCE = 5 * 1024 * 1024;

export class MessageView {
  readonly element = h("div");
  private readonly who = h("span", { class: "sr" });
  private readonly bubble = h("div", { class: "b" });
  private readonly meta = h("div", { class: "meta" });
  private readonly time = h("span");
  private readonly bar = h("progress", { max: "1", value: "0" });
  private readonly choices = h("div", { class: "choices" });
  private content = "";
  private offered = "";
  private actions = "";

  constructor(
    private readonly chat: Chat,
    private readonly texts: Texts,
    private readonly clock: Intl.DateTimeFormat,
  ) {
    this.meta.append(this.time);
    this.element.append(this.who, this.bubble, this.meta);
  }

  /** `receipt`: how far the visitor's own message got, where that is said. */
  draw(message: Shown, receipt: string): void {
    const { texts } = this;
    const failed = message.local?.state === "failed";
    this.element.className = `m ${message.from}${failed ? " failed" : ""}`;
    const time = this.clock.format(new Date(message.sent_at));
    const name = message.name ?? texts.team;
    say(this.who, message.from === "team" ? fill(texts.from, { name, time }) : fill(texts.you, { time }));
    const content = JSON.stringify([message.text, message.file, message.deleted]);
    if (content !== this.content) {
      this.content = content;
      this.fill(message);
    }
    const progress = message.local?.state === "waiting" ? message.local.progress : null;
    if (progress === null) this.bar.remove();
    else {
      this.bar.value = progress;
      set(this.bar, { "aria-label": texts.sending });
      if (!this.bar.isConnected) this.bubble.append(this.bar);
    }
    this.offer(message);
    const state = failed ? texts.failed : message.local ? texts.sending : "";
    const edited = message.edited && !message.deleted ? texts.edited : "";
    const shown = message.from === "team" && message.name ? `${message.name} · ${time}` : time;
    say(this.time, [state || shown, edited, receipt].filter(Boolean).join(" · "));
    this.act(message, failed, progress !== null);
  }

  /** Buttons, until one of them was chosen; then which one it was. */
  private offer(message: Shown): void {
    const answer = message.choices.length > 0 ? this.chat.answerTo(message) : undefined;
    const state = message.deleted ? "" : JSON.stringify([message.choices, answer?.text ?? null]);
    if (state === this.offered) return;
    this.offered = state;
    this.choices.replaceChildren();
    if (state === "" || message.choices.length === 0) return this.choices.remove();
    for (const choice of message.choices) {
      const button = h("button", { type: "button", disabled: answer !== undefined, class: answer?.text === choice.title ? "chosen" : null }, choice.title);
      if (choice.description) button.append(h("small", {}, choice.description));
      button.addEventListener("click", () => {
        this.chat.choose(message, choice);
        // The button is gone with it; whoever is here by keyboard stays where they were.
        this.element.closest<HTMLElement>(".log")?.focus();
      });
      this.choices.append(button);
    }
    this.bubble.after(this.choices);
  }

  private fill(message: Shown): void {
    const { texts } = this;
    this.bubble.replaceChildren();
    if (message.deleted) {
      this.bubble.append(h("i", {}, texts.deleted));
      return;
    }
    if (message.file) this.bubble.append(this.file(message));
    if (message.text !== "") this.bubble.append(h("span", {}, ...prose(message.text)));
  }

  private file(message: Shown): Node {
    const { texts, chat } = this;
    const file = message.file;
    if (!file) return h("span");
    const name = file.name ?? file.mime;
    const local = message.local?.file ?? null;
    const picture = PICTURES.includes(file.mime);
    const load = (): Promise<Blob> => (local ? Promise.resolve(local) : chat.file(file.id));
    const button = h("button", { type: "button", class: "file", "aria-label": fill(texts.download, { name }) }, icon(CLIP), h("span", {}, name));
    button.addEventListener("click", () => {
      if (local) return;
      void load().then((blob) => save(blob, name), () => undefined);
    });
    if (!picture || (file.size ?? 0) > SHOWN_AT_ONCE) return button;
    const frame = h("div", {}, button);
    void load().then(
      (blob) => {
        const image = h("img", { class: "picture", alt: fill(texts.picture, { name: file.name ?? "" }).trim() });
        const address = URL.createObjectURL(blob);
        // A page whose policy forbids `blob:` pictures keeps the button.
        image.onload = () => {
          URL.revokeObjectURL(address);
          frame.prepend(image);
          button.querySelector("svg")?.remove();
        };
        image.onerror = () => URL.revokeObjectURL(address);
        image.src = address;
      },
      () => undefined,
    );
    return frame;
  }

  private act(message: Shown, failed: boolean, uploading: boolean): void {
    const actions = failed ? "failed" : uploading ? "uploading" : "";
    if (actions === this.actions) return;
    this.actions = actions;
    this.meta.replaceChildren(this.time);
    const button = (text: string, does: () => void): void => {
      const made = h("button", { type: "button" }, text);
      made.addEventListener("click", does);
      this.meta.append(made);
    };
    if (failed) button(this.texts.retry, () => this.chat.retry(message));
    if (failed || uploading) button(this.texts.remove, () => this.chat.discard(message));
  }
}

function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = h("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
