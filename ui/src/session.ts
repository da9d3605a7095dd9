// Who is signed in. `undefined` until the server was asked, null where nobody is.
import { createSignal } from "solid-js";
import { authorize, json } from "./api/client";
import type { Session } from "./api/contract";
import { Problem } from "./api/problem";
import { pickLocale, setLocale, type Locale } from "./i18n";
import { setHome } from "./i18n/format";

const [session, setSession] = createSignal<Session | null | undefined>(undefined);
export { session };

/** The signed-in member; only to be called beneath the shell, which is there only when somebody is. */
export function me(): Session["member"] {
  const current = session();
  if (!current) throw new Error("nobody is signed in");
  return current.member;
}

/** Whether this member may do something: the name of a scope, `channels:write`. */
export const may = (permission: string): boolean => session()?.permissions.includes(permission) ?? false;

/** Takes on a session that the server just gave, or its end. */
export function enter(next: Session | null): void {
  const before = session();
  authorize(next?.csrf_token ?? null, () => enter(null));
  setSession(next);
  setHome(next?.organization ?? null);
  if (next) {
    showTheme(next.member.theme);
    if (next.member.locale) void chooseLocale(next.member.locale);
  }
  if (before !== undefined && before?.member.id !== next?.member.id) others?.postMessage(null);
}

let others: BroadcastChannel | undefined;
/** Other tabs of this browser share the cookie: who comes or goes in one of them does so in all. */
export function followOtherTabs(): void {
  if (!("BroadcastChannel" in window)) return;
  others = new BroadcastChannel("recado.session");
  others.onmessage = () => {
    const before = session()?.member.id;
    if (session() === undefined) return;
    void askSession().then(
      // What is on screen is another member's.
      () => before && session() && session()!.member.id !== before && window.location.reload(),
      () => undefined,
    );
  };
}

/** Asks the server who is signed in. Throws where the server cannot be reached. */
export async function askSession(): Promise<void> {
  try {
    enter(await json<Session>("GET", "/session"));
  } catch (error) {
    if (error instanceof Problem && error.status === 401) enter(null);
    else throw error;
  }
}

export async function signOut(): Promise<void> {
  await json("DELETE", "/session").catch((error: unknown) => {
    if (!(error instanceof Problem && error.status === 401)) throw error;
  });
  enter(null);
}

type Change = Partial<{
  name: string;
  first_name: string;
  last_name: string;
  phone: string | null;
  availability: "online" | "away" | "offline";
  locale: Locale | null;
  theme: "light" | "dark" | null;
  notifications: Partial<Session["member"]["notifications"]>;
}>;

/** Changes one's own settings. */
export async function changeMe(change: Change): Promise<void> {
  enter(await json<Session>("PATCH", "/session/member", { body: change }));
}

const LOCALE_KEY = "recado.locale";
const THEME_KEY = "recado.theme";

/** Shows a language and remembers it on this device, for the page before the next sign-in. Null follows the browser. */
export async function chooseLocale(locale: Locale | null): Promise<void> {
  remember(LOCALE_KEY, locale);
  await setLocale(locale ?? firstLocale());
}

/** The language for somebody whom the server does not know yet. */
export const firstLocale = (): Locale => pickLocale([recall(LOCALE_KEY) ?? "", ...navigator.languages]);

/** Null follows the system. */
export function showTheme(theme: "light" | "dark" | null): void {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  remember(THEME_KEY, theme);
}

export function firstTheme(): void {
  const theme = recall(THEME_KEY);
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
}

// Storage may be refused (private windows, full disks): then it is just not remembered.
function remember(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    return;
  }
}

function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
