// The real program, on a store of its own that goes with it.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../../..");

/** The program that is looked at: `OUTLAY`, or what cargo built last. */
export function program() {
  const found = process.env.OUTLAY ?? join(ROOT, "target/debug/outlay");
  if (!existsSync(found)) throw new Error(`there is no ${found}: run \`cargo build --package outlay\` first, or name one in OUTLAY`);
  return found;
}

/** Starts `outlay serve` on a free port; `stop` ends it and removes its store. */
export async function serve(...more) {
  const folder = mkdtempSync(join(tmpdir(), "outlay-browser-"));
  const listen = process.env.OUTLAY_BROWSER_LISTEN ?? "127.0.0.1:0";
  const child = spawn(program(), ["serve", "--listen", listen, "--data", join(folder, "data"), ...more], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, OUTLAY_DATABASE: undefined, NO_COLOR: "1" },
  });
  let log = "";
  let out = "";
  child.stderr.on("data", (bytes) => (log += bytes));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    if (child.exitCode === null) child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const address = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`outlay serve did not start in 30 s\n${log}`)), 30_000);
    child.stdout.on("data", (bytes) => {
      out += bytes;
      const found = /http:\/\/[\d.:]+/.exec(out);
      if (found) {
        clearTimeout(late);
        resolve(found[0]);
      }
    });
    child.once("exit", (code) => {
      clearTimeout(late);
      reject(new Error(`outlay serve ended with ${code}\n${log}`));
    });
  }).catch(async (error) => {
    await stop();
    throw error;
  });
  return { address, stop, log: () => log, said: () => out };
}
