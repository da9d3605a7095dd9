// Debian's Chromium, and somebody else's web site. For both browser suites: this one and ui/tests, from whose packages
// playwright and axe are.
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";

const ui = createRequire(new URL("../../ui/package.json", import.meta.url));
const { chromium } = ui("playwright-core");

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
    ],
  });
}

/** A site with one page for every path, as `page(path)` has it: `{body, csp}`. */
export async function site(page) {
  const server = createServer((request, response) => {
    const { body, csp } = page(new URL(request.url, "http://x").pathname);
    response.setHeader("content-type", "text/html; charset=utf-8");
    if (csp) response.setHeader("content-security-policy", csp);
    response.end(`<!doctype html><html lang="es"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Tienda</title>${body}</html>`);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  return { port, origin: `http://127.0.0.1:${port}`, end: () => server.close() };
}

/** A picture for people to look at, where somebody wants any. */
export async function picture(page, name) {
  const directory = process.env.RECADO_SCREENSHOTS;
  if (!directory) return;
  mkdirSync(directory, { recursive: true });
  await page.screenshot({ path: join(directory, `${name}.png`) });
}

const AXE = readFileSync(ui.resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** What axe finds serious or worse in the page, within open shadow roots too; a line each. */
export async function serious(page) {
  // Evaluated by the debugger, which the page's policy does not concern; once in a page, since half a megabyte takes its time.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(`${AXE}; undefined`);
  return page.evaluate(`axe.run(document, { resultTypes: ["violations"], runOnly: ${JSON.stringify(RULES)} }).then((r) =>
    r.violations.filter((v) => v.impact === "serious" || v.impact === "critical").map((v) => v.id + ": " + v.help + "\\n  " + v.nodes.slice(0, 4).map((n) => n.html.slice(0, 180) + " " + (n.any[0]?.message ?? "")).join("\\n  ")))`);
}
