// Without a mouse and without sight: the first run's pages by keyboard alone, and what axe says of
// the pages that are empty, in both schemes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { violations } from "./axe.mjs";
import { launch, watch } from "./chromium.mjs";
import { serve } from "./server.mjs";
import { OWNER } from "./session.mjs";

const SLACK = Number(process.env.OUTLAY_BROWSER_SLACK ?? 1);

/** What has the focus, and whether one sees that it has it; nothing at the end of the page. */
const focused = (page) => page.evaluate(() => {
  const node = document.activeElement;
  if (node === document.body) return null;
  const style = getComputedStyle(node);
  const around = node.closest(".mantine-Input-wrapper")?.querySelector("[data-variant]") ?? node;
  return {
    text: (node.getAttribute("aria-label") ?? node.labels?.[0]?.textContent ?? node.textContent).trim().slice(0, 60),
    in: node.closest("main") ? "page" : node.closest(".side") ? "navigation" : node.closest("header.top") ? "top" : "",
    seen: style.outlineStyle !== "none" || getComputedStyle(around).borderColor !== getComputedStyle(document.body).borderColor,
  };
});

test("the first pages are reached, seen and read without a mouse", { timeout: 120_000 * SLACK }, async () => {
  const server = await serve();
  const browser = await launch();
  const troubles = [];
  try {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB", reducedMotion: "reduce" })).newPage();
    page.setDefaultTimeout(20_000 * SLACK);
    watch(page, troubles);
    await page.goto(server.address);
    await page.getByRole("textbox", { name: "Your name" }).waitFor();
    for (const [label, text] of [["Your name", OWNER.name], ["E-mail", OWNER.email], ["Password", OWNER.password], ["Workspace", OWNER.workspace]]) {
      while (!(await focused(page))?.text.startsWith(label)) await page.keyboard.press("Tab");
      await page.keyboard.type(text);
    }
    await page.keyboard.press("Enter");
    await page.getByText("Drop a file to see where your money works.").waitFor();

    await page.evaluate(() => document.activeElement?.blur());
    const order = [];
    for (let found = {}; found && order.length < 40; ) {
      await page.keyboard.press("Tab");
      found = await focused(page);
      if (found) order.push(found);
    }
    assert.match(order[0].text, /Skip to the page/);
    const places = order.map((one) => one.in).filter((place, i, all) => place && place !== all[i - 1]);
    assert.deepEqual(places, ["navigation", "top", "page"], "focus goes from the navigation over the top to the page");
    assert.deepEqual(order.filter((one) => !one.seen).map((one) => one.text), [], "what has the focus shows it");
    assert.ok(order.some((one) => one.text === "Choose a file") && order.some((one) => one.text === "Load the demo"));

    await page.keyboard.press("/");
    assert.match((await focused(page)).text, /Search/);
    await page.keyboard.press("Escape");
    for (const [keys, path] of [["gd", "/data"], ["gm", "/model"], ["gp", "/plan"], ["gc", "/campaigns"], ["gs", "/settings"], ["gh", "/"]]) {
      await page.keyboard.type(keys);
      await page.waitForURL(server.address + path);
      await page.waitForSelector(".page-head");
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        troubles.push(...(await violations(page)).map((line) => `${path}, ${colorScheme}: ${line}`));
      }
    }
    assert.deepEqual(troubles, []);
  } finally {
    await browser.close();
    await server.stop();
  }
});
