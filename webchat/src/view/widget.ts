// The button in the corner and the panel that it opens.
import { Chat, type Shown } from "../chat.js";
import type { Storage } from "../storage.js";
import { fill, type Language, texts as textsOf, type Texts } from "../texts/index.js";
import { isColour, textOn } from "./colour.js";
import { Composer } from "./composer.js";
import { h, icon, say, set } from "./dom.js";
import { preChat } from "./form.js";
import { LogView } from "./log.js";
import { adopt } from "./styles.js";

const BUBBLE = "M4 3h16a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2H9l-5 4v-4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z";
const CROSS = "m18.3 7.1-1.4-1.4-4.9 4.9-4.9-4.9-1.4 1.4 4.9 4.9-4.9 4.9 1.4 1.4 4.9-4.9 4.9 4.9 1.4-1.4-4.9-4.9z";
/** Where the panel covers the page; the same as in the styles. */
const COVERING = "(max-width:480px)";
/** Who types and then does not go on has stopped. */
const TYPING_FOR = 8_000;
const NOTICE_FOR = 6_000;

export interface Appearance {
  language: Language;
  title: string | null;
  greeting: string | null;
  color: string | null;
  position: "left" | "right";
  theme: "light" | "dark" | "auto";
  launcher: boolean;
}

export class Widget {
  readonly host = h("div", { id: "recado-webchat" });
  private readonly texts: Texts;
  private readonly launcher: HTMLButtonElement;
  private readonly badge = h("span", { class: "badge", "aria-hidden": "true", hidden: true });
  private readonly panel: HTMLElement;
  private readonly typingLine = h("div", { class: "typing", "aria-live": "polite" });
  private readonly notice = h("div", { class: "notice", role: "status", hidden: true });
  private readonly log: LogView;
  private readonly composer: Composer;
  private form: HTMLFormElement | null = null;
  private typingTimer: ReturnType<typeof setTimeout> | undefined;
  private noticeTimer: ReturnType<typeof setTimeout> | undefined;
  private remark = "";
  private drawing = false;
  private readonly covers = matchMedia(COVERING);
  isOpen = false;

  constructor(
    private readonly chat: Chat,
    private readonly storage: Storage,
    look: Appearance,
    private readonly told: (event: "open" | "close") => void,
  ) {
    const texts = textsOf(look.language);
    this.texts = texts;
    const { config } = chat;
    const root = this.host.attachShadow({ mode: "open" });
    adopt(root);
    set(this.host, { lang: look.language, "data-theme": look.theme });
    if (isColour(look.color)) {
      this.host.style.setProperty("--recado-color", look.color);
      this.host.style.setProperty("--recado-text-on-color", textOn(look.color));
    }
    this.launcher = h("button", { type: "button", class: `launcher ${look.position}`, "aria-haspopup": "dialog", "aria-expanded": "false" }, icon(BUBBLE), this.badge);
    this.launcher.hidden = !look.launcher;
    this.launcher.addEventListener("click", () => (this.isOpen ? this.close() : this.open()));
    const close = h("button", { type: "button", class: "icon", "aria-label": texts.close, title: texts.close }, icon(CROSS));
    close.addEventListener("click", () => this.close());
    const away = config.open ? null : h("p", {}, config.away ?? texts.away);
    const title = h("h2", { id: "title" }, look.title ?? texts.title);
    this.log = new LogView(chat, texts, look.language, look.greeting);
    this.composer = new Composer(texts, { text: config.max_text, file: config.max_file_bytes }, storage.draft, {
      send: (text) => {
        chat.send(text);
        this.log.toEnd();
      },
      attach: (file) => {
        chat.attach(file);
        this.log.toEnd();
      },
      typing: (text) => chat.typing(text),
      draft: (text) => (storage.draft = text),
      refuse: (why) => this.remarkOn(why),
    });
    this.panel = h(
      "section",
      { class: `panel ${look.position}`, role: "dialog", "aria-labelledby": "title", hidden: true },
      h("header", {}, h("div", {}, title, away), close),
      this.log.element,
      this.typingLine,
      this.notice,
      this.composer.element,
    );
    const covering = () => set(this.panel, { "aria-modal": String(this.covers.matches) });
    this.covers.addEventListener("change", covering);
    covering();
    this.panel.addEventListener("keydown", (event) => this.key(event));
    this.panel.addEventListener("dragover", (event) => event.preventDefault());
    this.panel.addEventListener("drop", (event) => {
      event.preventDefault();
      if (!this.form) this.composer.attach(event.dataTransfer?.files ?? null);
    });
    root.append(this.panel, this.launcher);
    addEventListener("focus", () => this.looked());
    document.addEventListener("visibilitychange", () => this.looked());
    this.draw();
  }

  /** Escape closes. Where the panel covers the page Tab stays within; beside it, it goes on to the page, which is there as well. */
  private key(event: KeyboardEvent): void {
    // The host page's shortcuts are not meant.
    event.stopPropagation();
    if (event.key === "Escape") {
      event.preventDefault();
      this.close();
    } else if (event.key === "Tab" && this.covers.matches) {
      const places = [...this.panel.querySelectorAll<HTMLElement>("button,input,textarea,a[href],[tabindex='0']")].filter(
        (one) => one.offsetParent !== null && !one.hasAttribute("disabled") && one.tabIndex >= 0,
      );
      const active = this.host.shadowRoot?.activeElement;
      const [first, last] = [places[0], places[places.length - 1]];
      if (event.shiftKey && active === first) {
        event.preventDefault();
        last?.focus();
      } else if (!event.shiftKey && active === last) {
        event.preventDefault();
        first?.focus();
      }
    }
  }

  open(): void {
    if (this.isOpen) return;
    this.show(true);
    (this.form?.querySelector("input") ?? { focus: () => this.composer.focus() }).focus();
    this.told("open");
  }

  close(): void {
    if (!this.isOpen) return;
    this.show(false);
    this.launcher.focus();
    this.told("close");
  }

  /** As it was on the page before, without taking the focus. */
  restore(): void {
    if (this.storage.isOpen && !this.covers.matches) this.show(true);
  }

  private show(open: boolean): void {
    this.isOpen = open;
    this.storage.isOpen = open;
    this.panel.hidden = !open;
    set(this.launcher, { "aria-expanded": String(open) });
    this.draw();
    if (open) this.log.toEnd();
    this.looked();
  }

  /** Whether somebody looks at what is here. */
  private looked(): void {
    if (this.isOpen && document.visibilityState === "visible") void this.chat.read();
  }

  /** Many changes at once are drawn once. */
  changed(): void {
    if (this.drawing) return;
    this.drawing = true;
    queueMicrotask(() => {
      this.drawing = false;
      this.draw();
      this.looked();
    });
  }

  private draw(): void {
    const { chat, texts } = this;
    const unread = chat.unread;
    this.badge.hidden = unread === 0 || this.isOpen;
    say(this.badge, unread > 9 ? "9+" : String(unread));
    const label = this.isOpen ? texts.close : unread > 0 ? fill(texts.openUnread, { n: unread }) : texts.open;
    set(this.launcher, { "aria-label": label, title: label });
    this.log.draw();
    this.drawForm();
    const trouble = { offline: texts.offline, too_many: texts.tooMany, refused: texts.refused };
    const notice = this.remark || (chat.trouble ? trouble[chat.trouble] : "");
    say(this.notice, notice);
    this.notice.hidden = notice === "";
  }

  private drawForm(): void {
    const fields = this.chat.config.pre_chat;
    const wanted = fields.length > 0 && !this.chat.introduced && this.chat.messages.length === 0;
    if (wanted === (this.form !== null)) return;
    if (wanted) {
      this.form = preChat(fields, this.texts, (values) => this.chat.introduce(values));
      this.composer.element.replaceWith(this.form);
    } else {
      const within = this.form?.contains(this.host.shadowRoot?.activeElement ?? null) ?? false;
      this.form?.replaceWith(this.composer.element);
      this.form = null;
      if (within) this.composer.focus();
    }
  }

  typing(name: string | null): void {
    clearTimeout(this.typingTimer);
    say(this.typingLine, name === null ? "" : name === "" ? this.texts.typing : `${name}: ${this.texts.typing}`);
    if (name !== null) this.typingTimer = setTimeout(() => say(this.typingLine, ""), TYPING_FOR);
  }

  arrived(_message: Shown): void {
    this.looked();
  }

  private remarkOn(text: string): void {
    clearTimeout(this.noticeTimer);
    this.remark = text;
    this.draw();
    this.noticeTimer = setTimeout(() => {
      this.remark = "";
      this.draw();
    }, NOTICE_FOR);
  }

}
