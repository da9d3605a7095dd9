// The real program on a fresh data directory, and calls to its API.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { start } from "./process.mjs";

const target = (name) => fileURLToPath(new URL(`../../target/debug/${name}`, import.meta.url));
export const RECADO = process.env.RECADO_BINARY ?? target("recado");
export const SIMULATOR = process.env.RECADO_SIMULATOR_BINARY ?? target("recado-simulator");

/** Who may sign in to the demo. */
export const DEMO = { email: "carolina.fuentes@losaromos.example.com", password: "demo-los-aromos" };

/** Makes an organization in a data directory; its API key. */
export function init(data, organization, owner) {
  const made = execFileSync(RECADO, [
    "init", "--data-dir", data, "--organization", organization, "--country", "CL", "--owner-email", owner.email,
    "--owner-password", owner.password, ...(owner.name ? ["--owner-name", owner.name] : []), "--json",
  ]);
  return JSON.parse(made.toString()).api_key;
}

export class Program {
  static async start() {
    const directory = mkdtempSync(join(tmpdir(), "recado-browser-"));
    const data = join(directory, "data");
    const key = init(data, "Zapatería Sur", { email: "olga@example.com", password: "una clave larga" });
    const program = new Program(directory, data, key);
    await program.run("127.0.0.1:0");
    return program;
  }

  /** The demo, whose key is the same everywhere. */
  static async demo() {
    const directory = mkdtempSync(join(tmpdir(), "recado-browser-"));
    const program = new Program(directory, join(directory, "data"), "rk_cmVjYWRvIGRlbW86IGV2ZXJ5Ym9keSBrbm93cyBpdCE", ["--demo"]);
    await program.run("127.0.0.1:0");
    return program;
  }

  constructor(directory, data, key, more = []) {
    Object.assign(this, { directory, data, key, more, running: null, url: "" });
  }

  async run(listen) {
    const args = ["serve", "--data-dir", this.data, "--listen", listen, "--log", "warn", ...this.more];
    this.running = await start(RECADO, args, (said) => {
      this.url = /http:\/\/[0-9.]+:[0-9]+/.exec(said)?.[0] ?? "";
      return this.url !== "";
    });
  }

  /** As a power cut would end it. */
  kill() {
    return this.running.kill();
  }

  restart() {
    return this.run(new URL(this.url).host);
  }

  async end() {
    await this.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }

  async call(method, path, body) {
    const response = await fetch(this.url + path, {
      method,
      headers: { "x-api-key": this.key, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }

  get(path) {
    return this.call("GET", path);
  }

  post(path, body) {
    return this.call("POST", path, body);
  }
}
