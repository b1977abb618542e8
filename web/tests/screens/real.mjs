// Looks at the pages of the real program with its demo workspace, after a build of both:
//
//   npm run screens:real [NAME…]        LOOK=dark for one look only
//
// Pictures go to tests/screens/out/real. Console errors, failed requests and pages wider than the
// window fail the run.

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { launch, watch } from "../browser/chromium.mjs";
import { serve } from "../browser/server.mjs";
import { OWNER, over, reader } from "../browser/session.mjs";

const out = join(dirname(fileURLToPath(import.meta.url)), "out/real");
mkdirSync(out, { recursive: true });

const LOOKS = [
  { name: "light", scheme: "light", width: 1280, height: 900 },
  { name: "dark", scheme: "dark", width: 1280, height: 900 },
  { name: "phone", scheme: "light", width: 390, height: 844 },
];
const wanted = process.argv.slice(2);
const only = process.env.LOOK;
const looks = LOOKS.filter((look) => !only || look.name === only);
const troubles = [];

const server = await serve();
const browser = await launch();
try {
  const look = async (page, name, look) => {
    await page.waitForSelector(".page-head, .gate, .notice", { timeout: 20_000 });
    await page.waitForFunction(() => !document.querySelector("[aria-label=Loading]"), undefined, { timeout: 60_000 });
    await page.waitForTimeout(400);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) troubles.push(`${look.name} ${name}: wider than the window by ${wide}`);
    await page.screenshot({ path: join(out, `${name}-${look.name}.png`), fullPage: true });
  };
  const contexts = [];
  for (const one of looks) {
    contexts.push([one, await browser.newContext({
      viewport: { width: one.width, height: one.height }, colorScheme: one.scheme, locale: "en-GB", reducedMotion: "reduce",
    })]);
  }
  for (const [one, context] of contexts) {
    const page = await context.newPage();
    watch(page, troubles);
    await page.goto(server.address);
    await look(page, "setup", one);
    await page.close();
  }
  const made = await fetch(`${server.address}/api/setup`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(OWNER),
  });
  if (!made.ok) throw new Error(await made.text());
  const api = await reader(server.address);
  for (const [one, context] of contexts) {
    const page = await context.newPage();
    watch(page, troubles);
    await page.goto(server.address);
    await page.getByRole("textbox", { name: "E-mail" }).fill(OWNER.email);
    await page.getByRole("textbox", { name: "Password" }).fill(OWNER.password);
    await look(page, "sign-in", one);
    await page.getByRole("button", { name: "Sign in" }).click();
    for (const [name, path] of [["start", "/"], ["model-start", "/model"], ["plan-start", "/plan"], ["campaigns-start", "/campaigns"], ["data-start", "/data"]]) {
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      await page.waitForSelector(".shell");
      await page.goto(server.address + path);
      await look(page, name, one);
    }
    await page.close();
  }
  await over(api, (await api.post("/demo")).job);
  const first = async (list) => (await api.get(`/${list}`)).items[0]?.id;
  const [dataset, model, plan, campaign] = [await first("datasets"), await first("models"), await first("plans"), await first("campaigns")];
  const pages = [
    ["home", "/"], ["data", "/data"], ["dataset", `/data/${dataset}`], ["model", `/model?id=${model}`], ["plan", `/plan?compare=${plan}`],
    ["plan-detail", `/plan/${plan}`], ["campaigns", "/campaigns"], ...(campaign ? [["campaign", `/campaigns/${campaign}`]] : []),
    ["settings", "/settings"], ["users", "/settings?tab=users"], ["tokens", "/settings?tab=tokens"], ["configuration", "/settings?tab=configuration"],
  ];
  for (const [one, context] of contexts) {
    for (const [name, path] of pages) {
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      const page = await context.newPage();
      watch(page, troubles);
      await page.goto(server.address + path);
      await look(page, name, one);
      await page.close();
    }
  }
} finally {
  await browser.close();
  await server.stop();
}
for (const line of troubles) console.error(line);
process.exitCode = troubles.length > 0 ? 1 : 0;
