// What stands around every screen of somebody signed in: rail or bottom bar, the word that the line is lost, shortcuts,
// palette, toasts. Also starts what runs as long as somebody is signed in: the live stream and the reference data.
import { A, useLocation, useNavigate, type RouteSectionProps } from "@solidjs/router";
import { ErrorBoundary, For, Show, Suspense, createEffect, createSignal, lazy, on, onCleanup, onMount } from "solid-js";
import { followReference, forgetReference, isStopped, loadReference, reference } from "../data/reference";
import { moreWords, t, tn } from "../i18n";
import { forgetKeys, holdKeys } from "../keys/held";
import { listenForKeys, useShortcuts, type Shortcut } from "../keys/registry";
import { line, start, stop } from "../live/stream";
import { Count } from "../parts/badge";
import { MenuIcon, SearchIcon } from "../parts/icons";
import { Menu } from "../parts/menu";
import { isMissingPart } from "../api/problem";
import { Failed, Skeleton } from "../parts/state";
import { Over } from "../parts/over";
import { Toasts, tellError } from "../parts/toast";
import { may } from "../session";
import { failedIn } from "../pages/inbox/thread/outbox";
import { AccountMenu } from "./account";
import { LineBanner } from "./line";
import { followNotifications, unread } from "./notify";
import { everyPlace, isOpen, places } from "./places";
import { followUpgrades } from "./upgrade";
import s from "./shell.module.css";

const KeySheet = lazy(() => import("../keys/sheet").then((m) => ({ default: m.KeySheet })));
const palettePart = () => import("../keys/palette");
const Palette = lazy(() => palettePart().then((m) => ({ default: m.Palette })));

export function Shell(props: RouteSectionProps) {
  const navigate = useNavigate();
  const location = useLocation();
  const [sheet, setSheet] = createSignal(false);
  const [palette, setPalette] = createSignal(false);

  const find = () => {
    if (palette()) return;
    holdKeys();
    setPalette(true);
  };
  const found = () => {
    forgetKeys();
    setPalette(false);
  };

  onMount(() => {
    start();
    loadReference().catch(tellError);
    const offs = [followReference(), listenForKeys(), keepFilesOut()];
    // There before it is wanted: the palette, and the words for what a server refuses as well: once it is unreachable they could not be had.
    const idle = setTimeout(() => void Promise.all([palettePart(), moreWords()]).catch(() => undefined), 1500);
    onCleanup(() => {
      clearTimeout(idle);
      for (const off of offs) off();
      stop();
      forgetReference();
    });
  });

  followNotifications(
    (contact) => navigate(`/inbox/${contact}`),
    () => /^\/inbox\/([^/]+)/.exec(location.pathname)?.[1],
  );

  followUpgrades();

  /** Channels that stopped sending: for who can do something about it. One that was never paired has not stopped. */
  const stopped = () => (may("setup:write") ? reference.channels.filter((c) => isStopped(c) && c.status !== "unpaired").length : 0);

  const group = () => t("common.everywhere");
  useShortcuts(
    { keys: "?", label: () => t("common.shortcuts"), group, run: () => setSheet(true) },
    { keys: "mod+k", label: () => t("common.find_anything"), group, always: true, run: find },
    ...everyPlace.map((p): Shortcut => ({ keys: p.keys, label: p.label, group, when: () => isOpen(p), run: () => navigate(p.href) })),
  );

  // In a conversation a phone gives the whole screen to it.
  const deep = () => /^\/inbox\/./.test(location.pathname);

  return (
    <div class={s.shell} classList={{ [s.deep!]: deep() }}>
      <a href="#main" class={s.skip}>
        {t("common.skip")}
      </a>
      <nav class={s.rail} aria-label={t("common.navigation")}>
        <A href="/inbox" class={s.logo} aria-label="Recado">
          <svg viewBox="0 0 32 32" width="30" height="30" aria-hidden="true">
            <rect width="32" height="32" rx="8" class={s.logoBack} />
            <path d="M8 9.5h16v11H15l-4.5 4v-4H8z" fill="#fff" />
          </svg>
        </A>
        <For each={places()}>
          {(p) => (
            <A href={p.href} class={s.place} activeClass={s.here} classList={{ [s.onPhone!]: p.phone }} title={p.label()}>
              {p.icon()}
              <span class={s.word}>{p.label()}</span>
              <Show when={p.href === "/inbox" && unread() > 0}>
                <span class={s.unread}>
                  <Count n={unread()} label={tn("common.unread", unread())} />
                </span>
              </Show>
              <Show when={p.href === "/inbox" && failedIn().length > 0}>
                <span class={`${s.unread} ${s.stopped} ${s.unsent}`}>
                  <Count n={failedIn().length} label={tn("common.unsent", failedIn().length)} />
                </span>
              </Show>
              <Show when={p.href === "/channels" && stopped() > 0}>
                <span class={`${s.unread} ${s.stopped}`}>
                  <Count n={stopped()} label={tn("common.stopped", stopped())} />
                </span>
              </Show>
            </A>
          )}
        </For>
        <div class={s.more}>
          <Menu
            label={t("common.more")}
            class={s.place}
            items={[
              ...places()
                .filter((p) => !p.phone)
                .map((p) => ({ label: p.label(), icon: p.icon(), run: () => navigate(p.href) })),
              { label: t("common.find_anything"), icon: <SearchIcon />, run: find, apart: true },
            ]}
          >
            <MenuIcon size={20} />
            <span class={s.word}>{t("common.more")}</span>
          </Menu>
        </div>
        <span class={s.space} />
        <button type="button" class={`${s.place} ${s.find}`} title={`${t("common.find_anything")} (Ctrl K)`} onClick={find}>
          <SearchIcon size={20} />
          <span class={s.word}>{t("common.search")}</span>
        </button>
        <AccountMenu onShortcuts={() => setSheet(true)} />
      </nav>
      <div class={s.column}>
        <LineBanner />
        <main id="main" class={s.main} tabindex="-1">
          <ErrorBoundary fallback={(error, reset) => <Broken error={error} onRetry={reset} />}>
            <Suspense fallback={<Skeleton lines={6} />}>{props.children}</Suspense>
          </ErrorBoundary>
        </main>
      </div>
      <Toasts inbox={/^\/inbox(\/|$)/.test(location.pathname)} deep={deep()} />
      <Suspense>
        <Show when={sheet()}>
          <Over onClose={() => setSheet(false)}>
            <KeySheet open onClose={() => setSheet(false)} />
          </Over>
        </Show>
        <Show when={palette()}>
          <Over onClose={found}>
            <Palette open onClose={found} />
          </Over>
        </Show>
      </Suspense>
    </div>
  );
}

/** A file that is dropped where nothing takes it would be opened in place of all this. */
function keepFilesOut(): () => void {
  const refuse = (e: DragEvent) => {
    if (e.defaultPrevented || !e.dataTransfer?.types.includes("Files")) return;
    e.preventDefault();
    e.dataTransfer.dropEffect = "none";
  };
  window.addEventListener("dragover", refuse);
  window.addEventListener("drop", refuse);
  return () => (window.removeEventListener("dragover", refuse), window.removeEventListener("drop", refuse));
}

/** A whole screen that failed. One that could not be fetched for want of a line is fetched as soon as there is one. */
function Broken(props: { error: unknown; onRetry: () => void }) {
  createEffect(on(line, (now) => now === "open" && isMissingPart(props.error) && window.location.reload(), { defer: true }));
  return <Failed error={props.error} onRetry={props.onRetry} />;
}
