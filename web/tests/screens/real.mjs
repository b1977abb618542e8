// Looks at every page of the real program with its demo workspace, as `outlay serve --demo` shows it,
// after a build of both:
//
//   npm run screens:real [NAME…]        LOOK=dark for one look only
//
// Pictures go to target/screens. Console errors, failed requests, pages wider than the window, and
// serious findings of axe fail the run.

import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { violations } from "../browser/axe.mjs";
import { launch, watch } from "../browser/chromium.mjs";
import { ROOT, serve } from "../browser/server.mjs";
import { OWNER, guest, over, reader } from "../browser/session.mjs";
import { furnish } from "./furnish.mjs";

const out = join(ROOT, "target/screens");
mkdirSync(out, { recursive: true });

const LOOKS = [
  { name: "light", scheme: "light", width: 1280, height: 900 },
  { name: "dark", scheme: "dark", width: 1280, height: 900 },
  { name: "phone", scheme: "light", width: 390, height: 844 },
].filter((look) => !process.env.LOOK || look.name === process.env.LOOK);
const wanted = process.argv.slice(2);
const isWanted = (name) => wanted.length === 0 || wanted.includes(name);
const troubles = [];
let taken = 0;

/** One picture of a page, once it has painted, with everything that is wrong on it noted. */
async function look(context, one, name, address, act) {
  if (!isWanted(name)) return;
  const page = await context.newPage();
  const found = [];
  watch(page, found);
  try {
    await page.goto(address);
    await settled(page);
    if (act) {
      await act(page);
      await settled(page);
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) found.push(`wider than the window by ${wide}`);
    if (!name.startsWith("api-")) found.push(...(await violations(page)));
    await page.screenshot({ path: join(out, `${name}-${one.name}.png`), fullPage: true });
    taken += 1;
  } catch (error) {
    found.push(`cannot be looked at: ${error.message.split("\n")[0]}`);
    await page.screenshot({ path: join(out, `${name}-${one.name}.png`) }).catch(() => {});
  } finally {
    await page.close();
  }
  troubles.push(...found.map((line) => `${name}, ${one.name}: ${line}`));
}

async function settled(page) {
  await page.waitForSelector(".page-head, .gate, .notice, .swagger-ui .info", { timeout: 20_000 });
  await page.waitForFunction(() => !document.querySelector("[aria-label=Loading]"), undefined, { timeout: 60_000 });
  await page.waitForTimeout(400);
}

/** The interactive reference asks the server, under our content policy. */
async function tryOut(page) {
  await page.locator("#operations-tag-system").click();
  const operation = page.locator(".opblock", { has: page.locator("[data-path='/api/system']") });
  await operation.locator(".opblock-summary-control").click();
  await operation.getByRole("button", { name: "Try it out" }).click();
  await operation.getByRole("button", { name: "Execute" }).click();
  await operation.locator(".live-responses-table .response-col_status").filter({ hasText: "200" }).first().waitFor();
}

const contextOf = (browser, one, more = {}) => browser.newContext({
  viewport: { width: one.width, height: one.height }, colorScheme: one.scheme, locale: "en-GB", reducedMotion: "reduce", ...more,
});

/** A server that nobody has set up: the first page, and the empty ones behind it. */
async function fresh(browser) {
  if (!["setup", "sign-in", "home-empty", "data-empty", "model-empty", "plan-empty", "campaigns-empty"].some(isWanted)) return;
  const server = await serve();
  try {
    for (const one of LOOKS) {
      const context = await contextOf(browser, one);
      await look(context, one, "setup", server.address);
      await context.close();
    }
    const state = await signedIn(browser, server, async (page) => {
      await page.getByRole("textbox", { name: "Your name" }).fill(OWNER.name);
      await page.getByRole("textbox", { name: "E-mail" }).fill(OWNER.email);
      await page.getByRole("textbox", { name: "Password" }).fill(OWNER.password);
      await page.getByRole("textbox", { name: "Workspace" }).fill(OWNER.workspace);
      await page.getByRole("button", { name: "Set up and go on" }).click();
    });
    for (const one of LOOKS) {
      const stranger = await contextOf(browser, one);
      await look(stranger, one, "sign-in", server.address);
      await stranger.close();
      const context = await contextOf(browser, one, { storageState: state });
      for (const [name, path] of [["home-empty", "/"], ["data-empty", "/data"], ["model-empty", "/model"], ["plan-empty", "/plan"], ["campaigns-empty", "/campaigns"]]) {
        await look(context, one, name, server.address + path);
      }
      await context.close();
    }
  } finally {
    await server.stop();
  }
}

/** Signs in by the page; what the browser keeps of it. */
async function signedIn(browser, server, act) {
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  const found = [];
  watch(page, found);
  await page.goto(server.address);
  await act(page);
  await page.waitForSelector(".shell");
  await settled(page);
  troubles.push(...found.map((line) => `signing in: ${line}`));
  const state = await context.storageState();
  await context.close();
  return state;
}

/** The demo, with what a second week of work would add to it. */
async function demo(browser) {
  const server = await serve("--demo");
  try {
    const who = await guest(server);
    const api = await reader(server.address, who);
    const [job] = (await api.get("/jobs")).items;
    await over(api, job.id);
    const made = await furnish(api);
    const state = await signedIn(browser, server, async (page) => {
      await page.getByRole("textbox", { name: "E-mail" }).fill(who.email);
      await page.getByRole("textbox", { name: "Password" }).fill(who.password);
      await page.getByRole("button", { name: "Sign in" }).click();
    });
    const pages = [
      ["home", "/"],
      ["data", "/data"],
      ["dataset", `/data/${made.dataset}`],
      ["import", `/data/import/${made.upload}`],
      ["model", `/model?id=${made.model}`],
      ["model-compare", `/model?id=${made.quick}&against=${made.model}`],
      ["fit-form", "/model", (page) => page.getByRole("button", { name: "Fit again" }).click()],
      ["plan", `/plan?compare=${made.plans.join(",")}`],
      ["plan-own", "/plan", async (page) => {
        await page.getByRole("button", { name: "Price your own plan" }).click();
        await page.getByRole("button", { name: "Price this plan" }).click();
        await page.getByText("Can I believe it?").waitFor({ timeout: 60_000 });
      }],
      ["plan-detail", `/plan/${made.plans[0]}`],
      ["plan-sensitivity", `/plan/${made.plans[1]}`, async (page) => {
        await page.getByText("What, if wrong, changes the outcome of this plan").waitFor({ timeout: 120_000 });
      }],
      ["campaigns", "/campaigns"],
      ["campaign", `/campaigns/${made.campaign}`],
      ["health", "/settings"],
      ["users", "/settings?tab=users"],
      ["tokens", "/settings?tab=tokens"],
      ["configuration", "/settings?tab=configuration"],
      ["nowhere", "/nowhere"],
    ];
    for (const one of LOOKS) {
      const context = await contextOf(browser, one, { storageState: state });
      for (const [name, path, act] of pages) await look(context, one, name, server.address + path, act);
      if (one.name !== "phone") await look(context, one, "api-docs", `${server.address}/api/docs`, tryOut);
      await context.close();
    }
  } finally {
    await server.stop();
  }
}

const browser = await launch();
try {
  await fresh(browser);
  await demo(browser);
} finally {
  await browser.close();
}
for (const line of troubles) console.error(line);
console.log(`${taken} pictures in ${out}, ${troubles.length} troubles`);
process.exitCode = troubles.length > 0 ? 1 : 0;
