// The list of messages: days, older ones on demand, and the end in sight unless somebody reads further up.
import type { Chat } from "../chat.js";
import type { Language, Texts } from "../texts/index.js";
import { h, say } from "./dom.js";
import { MessageView } from "./message.js";

export class LogView {
  readonly element: HTMLDivElement;
  private readonly views = new Map<string, MessageView>();
  private readonly older: HTMLButtonElement;
  private readonly greeting: HTMLElement | null;
  private readonly clock: Intl.DateTimeFormat;
  private readonly calendar: Intl.DateTimeFormat;

  constructor(
    private readonly chat: Chat,
    private readonly texts: Texts,
    language: Language,
    greeting: string | null,
  ) {
    this.clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
    this.calendar = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });
    this.element = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": texts.log, tabindex: "0" });
    this.older = h("button", { type: "button", class: "older" }, texts.older);
    this.older.addEventListener("click", () => void this.more());
    this.greeting = greeting === null ? null : h("div", { class: "m team" }, h("div", { class: "b" }, greeting));
  }

  private async more(): Promise<void> {
    const fromEnd = this.element.scrollHeight - this.element.scrollTop;
    await this.chat.older().catch(() => undefined);
    this.element.scrollTop = this.element.scrollHeight - fromEnd;
  }

  draw(): void {
    const { element } = this;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 60;
    const wanted: Element[] = [];
    if (this.chat.more) wanted.push(this.older);
    else if (this.greeting) wanted.push(this.greeting);
    let day = "";
    const known = new Set<string>();
    const { message: last, read } = this.chat.lastOwn;
    for (const message of this.chat.messages) {
      const of = new Date(message.sent_at).toDateString();
      if (of !== day) {
        day = of;
        wanted.push(this.day(of));
      }
      const key = message.client_id ?? message.id;
      known.add(key);
      let view = this.views.get(key);
      if (!view) {
        view = new MessageView(this.chat, this.texts, this.clock);
        this.views.set(key, view);
      }
      view.draw(message, message !== last ? "" : read ? this.texts.read : this.texts.sent);
      wanted.push(view.element);
    }
    for (const key of this.views.keys()) if (!known.has(key)) this.views.delete(key);
    this.arrange(wanted);
    if (atEnd) this.toEnd();
  }

  /** Only what moved is touched: a log that is built anew would be read aloud anew. */
  private arrange(wanted: Element[]): void {
    const { element } = this;
    const keep = new Set(wanted);
    for (const child of [...element.children]) if (!keep.has(child)) child.remove();
    wanted.forEach((child, at) => {
      if (element.children[at] !== child) element.insertBefore(child, element.children[at] ?? null);
    });
  }

  private readonly days = new Map<string, HTMLElement>();

  private day(of: string): HTMLElement {
    let shown = this.days.get(of);
    if (!shown) {
      shown = h("div", { class: "day" });
      this.days.set(of, shown);
    }
    const now = new Date();
    const before = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
    const text =
      of === now.toDateString() ? this.texts.today
      : of === before.toDateString() ? this.texts.yesterday
      : this.calendar.format(new Date(of));
    say(shown, text);
    return shown;
  }

  toEnd(): void {
    this.element.scrollTop = this.element.scrollHeight;
  }
}
