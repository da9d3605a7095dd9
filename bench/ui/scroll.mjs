// How the inbox scrolls with very many conversations and messages: frames of a real Chromium while the wheel turns, and what
// the keyboard waits for. `node bench/ui/scroll.mjs [conversations] [messages]`, after `npm run build` in ui/.
//
// Beside each stands the same wheel over rows that have nothing in them (bare.html), turned right before: what the machine gave
// at that moment. On a machine that others use, only what is more than that is ours. CPU is the time that the main thread of
// the page was at work, per turn of the wheel, which others cannot make longer.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { serve } from "./server.mjs";

const { chromium } = createRequire(new URL("../../ui/package.json", import.meta.url))("playwright-core");
const conversations = Number(process.argv[2] ?? 100_000);
const messages = Number(process.argv[3] ?? 20_000);
const ARGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

const server = await serve({ conversations, messages });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGS });
const system = await browser.newBrowserCDPSession();
const open = async () => {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(120_000);
  page.on("pageerror", (error) => console.error(error));
  return page;
};
const bare = await open();
await bare.goto(`${server.url}/bare?rows=${messages}`);
const page = await open();

/** What the main threads of all pages have used of the processor, in ms. Linux counts it in hundredths of a second. */
async function cpu() {
  let ms = 0;
  for (const { type, id } of (await system.send("SystemInfo.getProcessInfo")).processInfo) {
    if (type !== "renderer") continue;
    const stat = readFileSync(`/proc/${id}/task/${id}/stat`, "utf8");
    const [user, kernel] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13);
    ms += (Number(user) + Number(kernel)) * 10;
  }
  return ms;
}

/** Turns the wheel over a place and gives how long frames took, in ms. */
async function wheel(page, x, y, delta, turns) {
  await page.bringToFront();
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
  const before = await cpu();
  for (let i = 0; i < turns; i += 1) {
    await page.mouse.wheel(0, delta);
    await page.waitForTimeout(16);
  }
  const used = (await cpu()) - before;
  const list = await page.evaluate(() => (cancelAnimationFrame(window.ticking_), window.frames_));
  list.sort((a, b) => a - b);
  const at = (q) => list[Math.min(list.length - 1, Math.floor(list.length * q))];
  return { frames: list.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), over50ms: list.filter((f) => f > 50).length, cpu: used / turns };
}
const show = (f) => `${f.frames} frames, p50 ${f.p50.toFixed(1)} p95 ${f.p95.toFixed(1)} p99 ${f.p99.toFixed(1)} ms, ${f.over50ms} over 50 ms, CPU ${f.cpu.toFixed(1)} ms a turn`;
async function frames(name, x, y, delta, turns) {
  await bare.evaluate((d) => (document.querySelector("main").scrollTop = d < 0 ? document.querySelector("main").scrollHeight : 0), delta);
  const least = await wheel(bare, 700, 400, delta, turns);
  const ours = await wheel(page, x, y, delta, turns);
  console.log(`${name.padEnd(46)} ${show(ours)}\n${"  beside it, empty rows".padEnd(46)} ${show(least)}\n${"  ratio of the p95".padEnd(46)} ${(ours.p95 / least.p95).toFixed(2)}`);
}

await page.goto(`${server.url}/inbox`);
await page.waitForSelector("li a[href^='/inbox/']");
await frames("list, first pages", 250, 500, 400, 200);
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
await frames("list, all loaded, upwards", 250, 500, -600, 200);
// Elements are filled anew: each has to show whom it is for, and to stand where its number says.
const wrong = await page.evaluate(() =>
  [...document.querySelectorAll("ul li[data-id]")].filter((li, i, all) => {
    const at = Number(li.getAttribute("aria-posinset"));
    const follows = i === 0 || at === Number(all[i - 1].getAttribute("aria-posinset")) + 1;
    return !follows || li.offsetTop !== (at - 1) * 76 || !li.querySelector("a").getAttribute("href").endsWith(li.dataset.id);
  }).length,
);
if (wrong > 0) throw new Error(`${wrong} rows are not what they should be`);

await page.evaluate(() => (document.querySelector("ul li a").closest("ul").parentElement.scrollTop = 0));
await page.waitForTimeout(200);
await page.locator("ul li a").first().click();
await page.waitForSelector("article");
await frames("conversation, upwards, pages coming in", 800, 400, -500, 300);
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
await frames("conversation, all loaded, downwards", 800, 400, 600, 300);

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
