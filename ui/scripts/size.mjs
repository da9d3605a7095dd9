// Fails the build where the first load grows over its budget: what index.html names, and what those scripts
// import at once, gzipped. Screens and languages that are fetched when they are wanted do not count, the
// heaviest language and the inbox do, since nobody gets in without them.
import { readFileSync, readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET = 120_000;
const dist = new URL("../dist/", import.meta.url);
const gz = (path) => gzipSync(readFileSync(new URL(path, dist))).length;

const html = readFileSync(new URL("index.html", dist), "utf8");
const wanted = new Set([...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((m) => m[1]));
const assets = readdirSync(new URL("assets/", dist)).map((name) => `assets/${name}`);
const biggest = (prefix) =>
  assets.filter((a) => prefix.some((p) => a.startsWith(`assets/${p}-`)) && a.endsWith(".js")).sort((a, b) => gz(b) - gz(a))[0];
for (const extra of [biggest(["es", "pt", "en"]), biggest(["inbox"])]) if (extra) wanted.add(extra);
for (const a of assets) if (a.startsWith("assets/inbox-") && a.endsWith(".css")) wanted.add(a);
// Static imports of what is wanted already.
for (const asset of wanted) {
  if (!asset.endsWith(".js")) continue;
  const text = readFileSync(new URL(asset, dist), "utf8");
  for (const m of text.matchAll(/(?:import|from)\s*["']\.\/([^"']+\.js)["']/g)) wanted.add(`assets/${m[1]}`);
}

let total = gz("index.html");
for (const asset of [...wanted].sort()) {
  const size = gz(asset);
  total += size;
  console.log(`${String(size).padStart(8)}  ${asset}`);
}
console.log(`${String(total).padStart(8)}  first load, gzip (budget ${BUDGET})`);
if (total > BUDGET) {
  console.error("The first load is over its budget: fetch something later, or leave it out.");
  process.exit(1);
}
