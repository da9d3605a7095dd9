// The frame of what is there before somebody is signed in.
import { For, type JSX } from "solid-js";
import { locale, localeNames, locales, t } from "../../i18n";
import { chooseLocale } from "../../session";
import s from "./door.module.css";

export function Door(props: { title: string; text?: JSX.Element; children: JSX.Element; foot?: JSX.Element }) {
  return (
    <main class={s.door}>
      <div class={s.card}>
        <svg viewBox="0 0 32 32" width="44" height="44" aria-hidden="true">
          <rect width="32" height="32" rx="8" class={s.mark} />
          <path d="M8 9.5h16v11H15l-4.5 4v-4H8z" fill="#fff" />
        </svg>
        <h1>{props.title}</h1>
        {props.text && <p class={s.text}>{props.text}</p>}
        {props.children}
        {props.foot && <p class={s.foot}>{props.foot}</p>}
      </div>
      <nav class={s.languages} aria-label={t("account.language")}>
        <For each={locales}>
          {(l) => (
            <button type="button" lang={l} aria-current={locale() === l ? "true" : undefined} onClick={() => void chooseLocale(l)}>
              {localeNames[l]}
            </button>
          )}
        </For>
      </nav>
    </main>
  );
}
