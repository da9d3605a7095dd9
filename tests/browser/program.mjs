// The real program on a fresh data directory, and calls to its API.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const binary = process.env.RECADO_BINARY;

export class Program {
  static async start() {
    const directory = mkdtempSync(join(tmpdir(), "recado-browser-"));
    const data = join(directory, "data");
    const made = execFileSync(binary, [
      "init", "--data-dir", data, "--organization", "Zapatería Sur", "--country", "CL",
      "--owner-email", "olga@example.com", "--owner-password", "una clave larga", "--json",
    ]);
    const program = new Program(directory, data, JSON.parse(made.toString()).api_key);
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
    Object.assign(this, { directory, data, key, more, child: null, url: "" });
  }

  run(listen) {
    this.child = spawn(binary, ["serve", "--data-dir", this.data, "--listen", listen, "--log", "warn", ...this.more], { stdio: ["ignore", "pipe", "inherit"] });
    return new Promise((resolve, reject) => {
      this.child.once("exit", (code) => reject(new Error(`the program ended with ${code}`)));
      let said = "";
      this.child.stdout.on("data", (bytes) => {
        said += bytes;
        const found = /http:\/\/[0-9.]+:[0-9]+/.exec(said);
        if (found) {
          this.url = found[0];
          resolve();
        }
      });
    });
  }

  /** As a power cut would end it. */
  async kill() {
    this.child.removeAllListeners("exit");
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGKILL");
    await ended;
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
