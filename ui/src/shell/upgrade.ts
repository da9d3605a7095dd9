// A tab that outlives an upgrade of the server: its scripts have other names by then, so that a screen it has not fetched yet
// is gone. It is loaded anew, at once where nobody is writing; what was written survives that. Else it is said.
import { createEffect, on, onCleanup } from "solid-js";
import { t } from "../i18n";
import { line } from "../live/stream";
import { tell } from "../parts/toast";

const KEY = "recado.upgraded";
const own = document.querySelector<HTMLScriptElement>("script[type=module][src]")?.getAttribute("src");

/** The page as the server has it now, where it is another one than this. */
async function newer(): Promise<string | undefined> {
  if (!own) return undefined;
  const response = await fetch("/", { cache: "no-store" }).catch(() => undefined);
  const html = response?.ok ? await response.text() : "";
  const script = /<script type="module"[^>]* src="([^"]+)"/.exec(html)?.[1];
  return script && script !== own ? script : undefined;
}

export function followUpgrades(): void {
  const offer = () => tell(t("common.upgraded"), { label: t("common.reload"), run: () => window.location.reload() }, true);
  const missing = async () => {
    const script = await newer();
    if (!script) return;
    // Once for each: a server that does not have what its own page names would have it loaded for ever.
    if (document.activeElement?.matches("input, textarea") || recall() === script) return offer();
    try {
      sessionStorage.setItem(KEY, script);
    } catch {
      return offer();
    }
    window.location.reload();
  };
  window.addEventListener("vite:preloadError", missing);
  onCleanup(() => window.removeEventListener("vite:preloadError", missing));
  // A server that comes back may be another one.
  createEffect(on(line, (now, before) => now === "open" && before === "lost" && void newer().then((script) => script && offer()), { defer: true }));
}

function recall(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}
