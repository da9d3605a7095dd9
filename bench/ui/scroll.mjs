// How the inbox scrolls with very many conversations and messages: frames of a real Chromium while the wheel turns, and what
// the keyboard waits for. `node bench/ui/scroll.mjs [conversations] [messages]`, after `npm run build` in ui/.
import { createRequire } from "node:module";
import { serve } from "./server.mjs";

const { chromium } = createRequire(new URL("../../ui/package.json", import.meta.url))("playwright-core");
const conversations = Number(process.argv[2] ?? 100_000);
const messages = Number(process.argv[3] ?? 20_000);
const ARGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

const server = await serve({ conversations, messages });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGS });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
page.on("pageerror", (error) => console.error(error));

/** Turns the wheel over a place and gives how long frames took, in ms. */
async function frames(x, y, delta, turns) {
  await page.mouse.move(x, y);
  await page.evaluate(() => {
    window.frames_ = [];
    let last = performance.now();
    const tick = (now) => {
      window.frames_.push(now - last);
      last = now;
      window.ticking_ = requestAnimationFrame(tick);
    };
    window.ticking_ = requestAnimationFrame(tick);
  });
  for (let i = 0; i < turns; i += 1) {
    await page.mouse.wheel(0, delta);
    await page.waitForTimeout(16);
  }
  const list = await page.evaluate(() => (cancelAnimationFrame(window.ticking_), window.frames_));
  list.sort((a, b) => a - b);
  const at = (q) => list[Math.min(list.length - 1, Math.floor(list.length * q))];
  return { frames: list.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), over50ms: list.filter((f) => f > 50).length };
}
const line = (name, f) => console.log(`${name.padEnd(46)} ${f.frames} frames, p50 ${f.p50.toFixed(1)} p95 ${f.p95.toFixed(1)} p99 ${f.p99.toFixed(1)} ms, ${f.over50ms} over 50 ms`);

await page.goto(`${server.url}/inbox`);
await page.waitForSelector("li a[href^='/inbox/']");
line("list, first pages", await frames(250, 500, 400, 200));
// On to the end, as fast as pages come.
const loading = Date.now();
await page.evaluate(async () => {
  const el = document.querySelector("ul li a").closest("ul").parentElement;
  let before = -1;
  while (el.scrollHeight !== before) {
    before = el.scrollHeight;
    el.scrollTop = el.scrollHeight;
    await new Promise((done) => setTimeout(done, 25));
    for (let i = 0; i < 40 && el.scrollHeight === before; i += 1) await new Promise((done) => setTimeout(done, 25));
  }
});
const rows = await page.evaluate(() => Math.round(document.querySelector("ul li a").closest("ul").offsetHeight / 76));
console.log(`${"all loaded".padEnd(46)} ${rows} conversations in ${((Date.now() - loading) / 1000).toFixed(1)} s, ${await page.evaluate(() => document.querySelectorAll("ul li a").length)} of them drawn`);
line("list, all loaded, upwards", await frames(250, 500, -600, 200));

await page.evaluate(() => (document.querySelector("ul li a").closest("ul").parentElement.scrollTop = 0));
await page.waitForTimeout(200);
await page.locator("ul li a").first().click();
await page.waitForSelector("article");
line("conversation, upwards, pages coming in", await frames(800, 400, -500, 300));
const drawn = await page.evaluate(() => document.querySelectorAll("article").length);
console.log(`${"drawn".padEnd(46)} ${drawn} messages`);
const reading = Date.now();
await page.evaluate(async () => {
  const el = document.querySelector("[role=log]");
  for (let still = 0, before = 0; still < 40; ) {
    el.scrollTop = 0;
    await new Promise((done) => setTimeout(done, 20));
    still = el.scrollHeight === before ? still + 1 : 0;
    before = el.scrollHeight;
  }
});
console.log(`${"to the oldest message".padEnd(46)} ${((Date.now() - reading) / 1000).toFixed(1)} s`);
line("conversation, all loaded, downwards", await frames(800, 400, 600, 300));

// From a key to the sign on the screen, with the server answering nothing.
await page.route("**/api/**", (route) => new Promise(() => route));
await page.locator("textarea").focus();
await page.evaluate(() => {
  window.keys_ = [];
  const field = document.querySelector("textarea");
  field.addEventListener("keydown", () => {
    const from = performance.now();
    requestAnimationFrame(() => setTimeout(() => window.keys_.push(performance.now() - from)));
  });
});
await page.keyboard.type("Escribo mientras el servidor no contesta nada de nada.", { delay: 15 });
const keys = (await page.evaluate(() => window.keys_)).sort((a, b) => a - b);
console.log(`${"a key to its frame, no server".padEnd(46)} p50 ${keys[Math.floor(keys.length / 2)].toFixed(1)} p99 ${keys[Math.floor(keys.length * 0.99)].toFixed(1)} ms`);
await browser.close();
server.close();
