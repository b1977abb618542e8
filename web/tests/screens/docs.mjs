// The tutorial's pictures, from the real program with its demo, so that none can go stale:
//
//   npm run screens:docs
//
// Written to docs/images as WebP, at the width that a book has.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { launch, watch } from "../browser/chromium.mjs";
import { ROOT, serve } from "../browser/server.mjs";
import { guest, over, reader } from "../browser/session.mjs";
import { furnish } from "./furnish.mjs";

const out = join(ROOT, "docs/images");
mkdirSync(out, { recursive: true });
const QUALITY = 0.82;
const SIZE = { width: 1280, height: 800 };

/** A PNG as WebP, by the browser that took it: no tool besides. */
async function webp(page, png) {
  const data = await page.evaluate(async ({ base64, quality }) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    canvas.getContext("2d").drawImage(image, 0, 0);
    return canvas.toDataURL("image/webp", quality);
  }, { base64: png.toString("base64"), quality: QUALITY });
  return Buffer.from(data.split(",")[1], "base64");
}

const server = await serve("--demo");
const browser = await launch();
const troubles = [];
let bytes = 0;
try {
  const who = await guest(server);
  const api = await reader(server.address, who);
  const [job] = (await api.get("/jobs")).items;
  await over(api, job.id);
  const made = await furnish(api);
  const context = await browser.newContext({ viewport: SIZE, locale: "en-GB", colorScheme: "light", reducedMotion: "reduce" });
  const page = await context.newPage();
  watch(page, troubles);
  const blank = await (await browser.newContext()).newPage();
  await page.goto(server.address);
  await page.getByRole("textbox", { name: "E-mail" }).fill(who.email);
  await page.getByRole("textbox", { name: "Password" }).fill(who.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForSelector(".shell");
  /** The window with `heading` at its top, or the top of the page. */
  const take = async (name, path, heading) => {
    await page.goto(server.address + path);
    await page.waitForSelector(".page-head");
    await page.waitForFunction(() => !document.querySelector("[aria-label=Loading]"), undefined, { timeout: 60_000 });
    if (heading) await page.getByRole("heading", { name: heading }).first().evaluate((node) => window.scrollTo(0, node.getBoundingClientRect().top + window.scrollY - 24));
    await page.waitForTimeout(400);
    const picture = await webp(blank, await page.screenshot());
    bytes += picture.length;
    writeFileSync(join(out, `${name}.webp`), picture);
  };
  await take("mapping", `/data/import/${made.upload}`);
  await take("quality", `/data/${made.dataset}`);
  await take("home", "/");
  await take("model", `/model?id=${made.model}`);
  await take("curves", `/model?id=${made.model}`, "What other spends would bring");
  await take("plan", `/plan/${made.plans[0]}`);
  await take("calendar", `/plan/${made.plans[0]}`, "Calendar");
  await take("compare", `/plan?compare=${made.plans.join(",")}`, "Compared with doing nothing");
} finally {
  await browser.close();
  await server.stop();
}
for (const line of troubles) console.error(line);
console.log(`docs/images: ${(bytes / 1024).toFixed(0)} kB`);
process.exitCode = troubles.length > 0 ? 1 : 0;
