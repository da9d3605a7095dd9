// Debian's Chromium, and somebody else's web site.
import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { chromium } from "playwright-core";

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
