// Programs that a test starts, and waiting for what they do. For both browser suites: this one and ui/tests.
import { spawn } from "node:child_process";
import { createServer } from "node:net";

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
export async function until(what, look, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await Promise.resolve().then(look).catch(() => undefined);
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise((again) => setTimeout(again, 50));
  }
}

/** Starts a program and waits until `ready`, which is given what it printed so far. What it printed is in the error if it ends. */
export async function start(program, args, ready) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  const end = (signal) =>
    new Promise((done) => {
      if (ended()) return done();
      child.once("exit", done);
      child.kill(signal);
      setTimeout(() => child.kill("SIGKILL"), 8000).unref();
    });
  try {
    await until(`${program} to answer`, async () => ended() || ready(output));
    if (ended()) throw new Error(`${program} ended`);
  } catch (error) {
    await end("SIGTERM");
    throw new Error(`${error.message}\n${output}`);
  }
  return {
    output: () => output,
    /** As its operator ends it. */
    stop: () => end("SIGTERM"),
    /** As a power cut would end it. */
    kill: () => end("SIGKILL"),
  };
}
