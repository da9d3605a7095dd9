// What the browser tests stand on: the real program, the pocket Meta beside it, a real Chromium. Everything on loopback, on
// ports of its own, in a directory that is gone afterwards.
import { createHmac } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, serious } from "../../tests/browser/browser.mjs";
import { freePort, start, until } from "../../tests/browser/process.mjs";
import { DEMO, RECADO, SIMULATOR, init } from "../../tests/browser/program.mjs";

export { DEMO, freePort, until };

const IN_CLEAR = fileURLToPath(new URL("../../crates/api/src/ui/in_clear.html", import.meta.url));
const SCREENS = fileURLToPath(new URL("../screens", import.meta.url));

export const OWNER = { email: "duena@example.com", password: "tres palabras de prueba", name: "Elena Duarte" };
const SECRET = "0123456789abcdef0123456789abcdef";
const NUMBER = { id: "105550100200300", waba: "205550100200300", phone: "+56955500100" };

const answers = (url) => async () => (await fetch(url)).ok;

/** The program alone: `setup` from nothing, `demo` with the invented clinic. */
export async function recado(args = [], { data, port } = {}) {
  const dir = data ?? mkdtempSync(join(tmpdir(), "recado-ui-"));
  const at = port ?? (await freePort());
  const url = `http://127.0.0.1:${at}`;
  const program = await start(RECADO, ["serve", "--data-dir", dir, "--listen", `127.0.0.1:${at}`, "--backup-nightly", "false", ...args], answers(`${url}/healthz`));
  return {
    url,
    dir,
    port: at,
    output: program.output,
    /** Ends the program and leaves its data. */
    halt: program.stop,
    stop: async () => {
      await program.stop();
      if (!data) rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** An organization with nobody and nothing in it but its owner; `call` goes to its API. */
export async function bare(args = []) {
  const data = mkdtempSync(join(tmpdir(), "recado-ui-"));
  const key = init(data, "Tienda de prueba", OWNER);
  const server = await recado(args, { data });
  return {
    url: server.url,
    key,
    call: calls(server.url, key),
    stop: async () => {
      await server.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

const calls = (url, key) => async (method, path, body) => {
  const response = await fetch(`${url}/api/v1${path}`, { method, headers: { "x-api-key": key, "content-type": "application/json" }, body: body && JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
};

/** A shop with one WhatsApp number, connected to a simulator: what is sent goes out, and its ticks come back. */
export async function shop() {
  const dir = mkdtempSync(join(tmpdir(), "recado-ui-"));
  const key = init(dir, "Tienda de prueba", OWNER);
  const port = await freePort();
  const simulatorPort = await freePort();
  const args = ["--outbound-allow", "127.0.0.0/8"];
  let server = await recado(args, { data: dir, port });
  const call = calls(server.url, key);
  const pipeline = await call("POST", "/pipelines", { name: "Ventas", stages: [{ name: "Nuevo", outcome: "open" }, { name: "Cotizado", outcome: "open" }, { name: "Ganado", outcome: "won" }, { name: "Perdido", outcome: "lost" }] });
  const channel = await call("POST", "/channels", {
    type: "whatsapp", name: "WhatsApp", country: "CL", phone_number: NUMBER.phone, phone_number_id: NUMBER.id, default_stage_id: pipeline.stages[0].id,
    access_token: "simulator-access-token", app_secret: SECRET, verify_token: "verify-me-please",
    waba_id: NUMBER.waba, graph_base_url: `http://127.0.0.1:${simulatorPort}`,
  });
  const simulator = await start(
    SIMULATOR,
    ["--listen", `127.0.0.1:${simulatorPort}`, "--webhook-url", `${server.url}/hooks/whatsapp/${channel.id}`, "--app-secret", SECRET, "--access-token", "simulator-access-token",
      "--number", [NUMBER.id, NUMBER.waba, NUMBER.phone, "Tienda de prueba"].join(","), "--set", "messages_per_second=null", "--set", "pair_interval_ms=null", "--quiet"],
    answers(`http://127.0.0.1:${simulatorPort}/_simulator`),
  );
  const order = async (what, body, method = "POST") => {
    const response = await fetch(`http://127.0.0.1:${simulatorPort}/_simulator/${what}`, { method, body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${what}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
  return {
    url: server.url,
    key,
    call,
    pipeline,
    channel,
    /** Orders to the simulator: `("faults", {…})`. */
    order,
    /** What the simulator was given to send. */
    sent: async () => (await fetch(`http://127.0.0.1:${simulatorPort}/_simulator/sent`)).text(),
    /** Somebody writes. */
    says: (from, name, text, more = {}) => order("inbound", { from, name, ...(text === null ? {} : { type: "text", text: { body: text } }), ...more }),
    contact: (name) => until(`contact ${name}`, async () => (await call("GET", `/contacts?q=${encodeURIComponent(name)}`)).data[0]),
    /** The server goes away, and comes back at the same address. */
    halt: () => server.halt(),
    again: async () => {
      server = await recado(args, { data: dir, port });
    },
    stop: async () => {
      await simulator.stop();
      await server.halt();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** What goes takes along what was still under way in its routes, and that is nobody's mistake. */
async function letGo(context) {
  for (const one of [context, ...context.pages()]) await one.unrouteAll({ behavior: "ignoreErrors" });
}

/** The UI as it was built last, in place of the one in the program: to try what was changed without building the program anew. */
async function fromDisk(context, dist) {
  await context.route(/^http:\/\/127\.0\.0\.1:\d+\/(?!api\/|hooks\/|docs|openapi\.json)/, async (route) => {
    const { origin, pathname } = new URL(route.request().url());
    // The program's own page, for its policy, and for whether it shows one at all.
    const page = await route.fetch({ url: `${origin}/` }).catch(() => undefined);
    if (!page) return route.abort();
    const file = join(dist, pathname);
    const asset = pathname !== "/" && existsSync(file);
    const { "content-encoding": _, "content-type": __, ...headers } = page.headers();
    if (asset) return route.fulfill({ path: file, headers });
    const path = page.status() === 403 ? IN_CLEAR : join(dist, "index.html");
    await route.fulfill({ path, status: page.status(), headers: { ...headers, "content-type": "text/html; charset=utf-8" } });
  });
}

/** A browser; `page` gives a page of somebody of their own, whose mistakes fail the test at `done`. */
export async function browser() {
  const chrome = await launch();
  const wrong = [];
  return {
    async page(options = {}) {
      const context = await chrome.newContext({ viewport: { width: 1440, height: 900 }, locale: "es-CL", timezoneId: "America/Santiago", ...options });
      const close = context.close.bind(context);
      context.close = () => letGo(context).then(close);
      if (process.env.RECADO_UI_DIST) await fromDisk(context, resolve(process.env.RECADO_UI_DIST));
      const page = await context.newPage();
      // More than the pause that a page makes between two tries to reach a server that was away.
      context.setDefaultTimeout(30_000);
      const origin = (url) => /^(blob|data):/.test(url) || new URL(url).hostname === "127.0.0.1";
      page.on("request", (request) => origin(request.url()) || wrong.push(`a request left: ${request.url()}`));
      page.on("pageerror", (error) => wrong.push(`${error.stack}`));
      page.on("console", (message) => {
        // The browser writes refusals down by itself, also those that a test wants.
        if (/Content Security Policy|Refused to/.test(message.text())) wrong.push(message.text());
      });
      // Before it leaves with something that did not go out, the page asks; whoever reloads says yes.
      page.on("dialog", (dialog) => dialog.type() === "beforeunload" ? dialog.accept() : (wrong.push(`a dialog of the page: ${dialog.message()}`), dialog.dismiss()));
      return page;
    },
    async done() {
      await Promise.all(chrome.contexts().map(letGo));
      await chrome.close();
      if (wrong.length > 0) throw new Error(`in the browser:\n${wrong.join("\n")}`);
    },
  };
}

/**
 * What every file ends with: the browser first, since a server that goes away is a mistake on every page, then the others,
 * also where a page had mistakes. What was never begun is passed over.
 */
export async function ended(chrome, ...others) {
  try {
    await chrome?.done();
  } finally {
    await Promise.all(others.map((one) => one?.stop?.() ?? one?.close?.()));
  }
}

export async function signIn(page, url, who = OWNER, to = "/inbox") {
  await page.goto(`${url}/login?to=${encodeURIComponent(to)}`);
  await page.getByLabel("Correo", { exact: true }).fill(who.email);
  await page.getByLabel("Contraseña", { exact: true }).fill(who.password);
  await page.getByRole("button", { name: "Entrar" }).click();
  await page.getByRole("navigation", { name: "Navegación principal" }).waitFor();
}

/** The six digits that an authenticator app would show (RFC 6238) `steps` half minutes from now. */
export function totp(secret, steps = 0) {
  const bits = [...secret.replace(/=+$/, "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac("sha1", key).update(counter).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

const SIZES = [[1440, 900], [390, 844]];

/**
 * Shows a screen in both themes and sizes: a picture of each in `ui/screens/`, and axe on each. Throws where axe finds anything
 * serious, or where the page scrolls sideways. `at`: what is to be seen in the picture of a page longer than the screen.
 */
export async function show(page, name, at) {
  mkdirSync(SCREENS, { recursive: true });
  const found = [];
  const before = page.viewportSize();
  for (const [width, height] of SIZES)
    for (const theme of ["light", "dark"]) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      await page.evaluate(async () => {
        // The new size and theme come with a frame; then whatever moves, and comes to an end, is waited for.
        await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
        const moving = document.getAnimations().filter((a) => Number.isFinite(a.effect?.getComputedTiming().endTime));
        await Promise.all([document.fonts.ready, ...moving.map((a) => a.finished.catch(() => undefined))]);
      });
      if (at) await at.evaluate((element) => element.scrollIntoView({ block: "start", behavior: "instant" }));
      await page.screenshot({ path: join(SCREENS, `${name}-${width}-${theme}.png`) });
      for (const one of await serious(page)) found.push(`${name} ${width} ${theme}: ${one}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
      if (wide) found.push(`${name} ${width}: the page scrolls sideways`);
    }
  await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: null });
  if (found.length > 0) throw new Error(found.join("\n"));
}
