// One file for a script tag, minified, and small: it is fetched by every visitor of every page that has it.
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync, constants } from "node:zlib";
import { build } from "esbuild";

const MOST = 30 * 1024;
const outfile = "dist/webchat.js";

await build({
  entryPoints: ["src/main.ts"],
  outfile,
  bundle: true,
  format: "iife",
  target: ["es2021"],
  minify: true,
  legalComments: "none",
  banner: { js: "/*! Recado webchat, AGPL-3.0-or-later */" },
});

const bytes = readFileSync(outfile);
const packed = gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
writeFileSync(`${outfile}.gz`, packed);
console.log(`${outfile}: ${bytes.length} bytes, ${packed.length} with gzip (at most ${MOST})`);
if (packed.length > MOST) {
  console.error("webchat.js is too large");
  process.exit(1);
}
