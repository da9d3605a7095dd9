// What the browser tests stand on: the real program, the pocket Meta beside it, a real Chromium. Everything on loopback, on
// ports of its own, in a directory that is gone afterwards.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const RECADO = process.env.RECADO_BINARY ?? here("../../target/debug/recado");
const SIMULATOR = process.env.RECADO_SIMULATOR_BINARY ?? here("../../target/debug/recado-simulator");
const SCREENS = here("../screens");
const ARGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const DEMO = { email: "carolina.fuentes@losaromos.example.com", password: "demo-los-aromos" };
export const OWNER = { email: "duena@example.com", password: "tres palabras de prueba", name: "Elena Duarte" };
const SECRET = "0123456789abcdef0123456789abcdef";
const NUMBER = { id: "105550100200300", waba: "205550100200300", phone: "+56955500100" };

/** A port that is free now. */
export const freePort = () =>
  new Promise((done) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

/** Until `look` gives something true. Fails loudly after `seconds`: a test that hangs says nothing. */
export async function until(what, look, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise((again) => setTimeout(again, 50));
  }
}

function start(program, args, ready) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
  const stop = () =>
    new Promise((done) => {
      if (child.exitCode !== null || child.signalCode !== null) return done();
      child.once("exit", done);
      child.kill("SIGTERM");
      setTimeout(() => child.kill("SIGKILL"), 8000).unref();
    });
  return until(`${program} to answer`, async () => {
    if (child.exitCode !== null) throw new Error(output);
    return ready();
  })
    .then(() => ({ stop, output: () => output }))
    .catch((error) => stop().then(() => Promise.reject(new Error(`${error.message}\n${output}`))));
}

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

/** A shop with one WhatsApp number, connected to a simulator: what is sent goes out, and its ticks come back. */
export async function shop() {
  const dir = mkdtempSync(join(tmpdir(), "recado-ui-"));
  const made = execFileSync(
    RECADO,
    ["init", "--data-dir", dir, "--organization", "Tienda de prueba", "--country", "CL", "--owner-email", OWNER.email, "--owner-password", OWNER.password, "--owner-name", OWNER.name, "--json"],
    { encoding: "utf8" },
  );
  const key = /rk_[\w-]+/.exec(made)?.[0];
  const port = await freePort();
  const simulatorPort = await freePort();
  const args = ["--outbound-allow", "127.0.0.0/8"];
  let server = await recado(args, { data: dir, port });
  const call = async (method, path, body) => {
    const response = await fetch(`${server.url}/api/v1${path}`, { method, headers: { "x-api-key": key, "content-type": "application/json" }, body: body && JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
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

/** A browser; `page` gives a page of somebody of their own, whose mistakes fail the test at `done`. */
export async function browser() {
  const chrome = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGS });
  const wrong = [];
  return {
    async page(options = {}) {
      const context = await chrome.newContext({ viewport: { width: 1440, height: 900 }, locale: "es-CL", timezoneId: "America/Santiago", ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      const origin = (url) => /^(blob|data):/.test(url) || new URL(url).hostname === "127.0.0.1";
      page.on("request", (request) => origin(request.url()) || wrong.push(`a request left: ${request.url()}`));
      page.on("pageerror", (error) => wrong.push(`${error.stack}`));
      page.on("console", (message) => {
        // The browser writes refusals down by itself, also those that a test wants.
        if (/Content Security Policy|Refused to/.test(message.text())) wrong.push(message.text());
      });
      page.on("dialog", (dialog) => (wrong.push(`a dialog of the page: ${dialog.message()}`), dialog.dismiss()));
      return page;
    },
    async done() {
      await chrome.close();
      if (wrong.length > 0) throw new Error(`in the browser:\n${wrong.join("\n")}`);
    },
  };
}

export async function signIn(page, url, who = OWNER, to = "/inbox") {
  await page.goto(`${url}/login?to=${encodeURIComponent(to)}`);
  await page.getByLabel("Correo", { exact: true }).fill(who.email);
  await page.getByLabel("Contraseña", { exact: true }).fill(who.password);
  await page.getByRole("button", { name: "Entrar" }).click();
  await page.getByRole("navigation", { name: "Navegación principal" }).waitFor();
}

const AXE = readFileSync(here("../node_modules/axe-core/axe.min.js"), "utf8");
const SIZES = [[1440, 900], [390, 844]];

/**
 * Shows a screen in both themes and sizes: a picture of each in `ui/screens/`, and axe on each. Throws where axe finds anything
 * serious, or where the page scrolls sideways.
 */
export async function show(page, name) {
  mkdirSync(SCREENS, { recursive: true });
  const found = [];
  const before = page.viewportSize();
  for (const [width, height] of SIZES)
    for (const theme of ["light", "dark"]) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      await page.waitForTimeout(250);
      // On a busy machine that is not enough for the theme to be drawn.
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      await page.screenshot({ path: join(SCREENS, `${name}-${width}-${theme}.png`) });
      // Evaluated by the debugger, which the page's policy does not concern.
      const serious = await page.evaluate(`${AXE}; axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }).then((r) =>
        r.violations.filter((v) => v.impact === "serious" || v.impact === "critical").map((v) => v.id + ": " + v.help + "\\n  " + v.nodes.slice(0, 4).map((n) => n.html.slice(0, 180) + " " + (n.any[0]?.message ?? "")).join("\\n  ")))`);
      for (const s of serious) found.push(`${name} ${width} ${theme}: ${s}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
      if (wide) found.push(`${name} ${width}: the page scrolls sideways`);
    }
  await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: null });
  if (found.length > 0) throw new Error(found.join("\n"));
}
