// A small set, the ones people answer customers with, drawn by the system's own font. What was used last comes first.
import { For, Show, createSignal } from "solid-js";
import { t } from "../../../i18n";
import { SmileIcon } from "../../../parts/icons";
import { Popover } from "../../../parts/popover";
import s from "./emoji.module.css";

const GROUPS: { name: () => string; all: string }[] = [
  { name: () => t("inbox.emoji_faces"), all: "😀 😃 😄 😁 😅 😂 🤣 😊 🙂 😉 😍 🥰 😘 😋 😎 🤗 🤔 🤩 😏 😌 😔 😢 😭 😤 😡 😱 😳 🥺 😬 🙄 😴 🤒 🤕 🥳 😇 🙃" },
  { name: () => t("inbox.emoji_hands"), all: "👍 👎 👌 🙏 👏 🙌 💪 👋 🤝 ✌️ 🤞 👉 👈 👆 👇 ☝️ ✋ 🤙 🫶 💅" },
  { name: () => t("inbox.emoji_hearts"), all: "❤️ 🧡 💛 💚 💙 💜 🖤 🤍 💕 💖 ✨ ⭐ 🌟 🔥 🎉 🎊 🎁 💯" },
  { name: () => t("inbox.emoji_things"), all: "✅ ❌ ⚠️ ❗ ❓ 📌 📍 📅 ⏰ ⏳ 📞 📱 💬 ✉️ 📎 📄 📦 🚚 🛒 💳 💰 🧾 🏠 🏢 🔑 🔧 🦷 💊 🩺 🚗 ✈️ ☀️ 🌧️ ☕ 🍕 🎂" },
];
const KEY = "recado.emoji";
const RECENT = 16;

const [recent, setRecent] = createSignal<string[]>(read());
function read(): string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((x): x is string => typeof x === "string").slice(0, RECENT) : [];
  } catch {
    return [];
  }
}
function used(emoji: string): void {
  const next = [emoji, ...recent().filter((x) => x !== emoji)].slice(0, RECENT);
  setRecent(next);
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    return;
  }
}

export function EmojiPicker(props: { onPick: (emoji: string) => void; disabled?: boolean }) {
  return (
    <Popover label={t("inbox.emoji")} iconOnly disabled={props.disabled} trigger={<SmileIcon size={20} />} class={s.panel} placement="top-start">
      {(close) => {
        const pick = (emoji: string) => {
          used(emoji);
          close();
          props.onPick(emoji);
        };
        return (
          <>
            <Show when={recent().length > 0}>
              <Group name={t("inbox.emoji_recent")} all={recent()} onPick={pick} />
            </Show>
            <For each={GROUPS}>{(g) => <Group name={g.name()} all={g.all.split(" ")} onPick={pick} />}</For>
          </>
        );
      }}
    </Popover>
  );
}

function Group(props: { name: string; all: string[]; onPick: (emoji: string) => void }) {
  return (
    <section>
      <h3 class={s.name}>{props.name}</h3>
      <div class={s.grid}>
        <For each={props.all}>
          {(emoji) => (
            <button type="button" onClick={() => props.onPick(emoji)}>
              {emoji}
            </button>
          )}
        </For>
      </div>
    </section>
  );
}
