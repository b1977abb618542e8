// What the first run is done with. Public reference data stands beside a checkout, or where
// `OUTLAY_SHARED` says; the simulated brand is always there.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ROOT, program } from "./server.mjs";

const shared = process.env.OUTLAY_SHARED ?? join(ROOT, "../shared");

const reference = (name, path) => ({
  name,
  missing: existsSync(join(shared, path)) ? false : `there is no ${path} under ${shared}; OUTLAY_SHARED names the folder with reference data`,
  file: path.split("/").at(-1),
  read: () => readFileSync(join(shared, path)),
});

export const FILES = [
  {
    name: "a simulated shop",
    missing: false,
    file: "shop.csv",
    read: () => {
      const folder = mkdtempSync(join(tmpdir(), "outlay-brand-"));
      try {
        execFileSync(program(), ["simulate", "--example", "shop", "--out", join(folder, "brand")], { stdio: "pipe" });
        return readFileSync(join(folder, "brand/data.csv"));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  },
  reference("Robyn's weekly example", "data/mmm/robyn/dt_simulated_weekly.csv"),
  reference("Meridian's geo example", "data/mmm/meridian/geo_media.csv"),
];
