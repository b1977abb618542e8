// The whole first run in a real browser over the real program: set up, drop a file, map, compare
// totals, read the quality card, fit, read returns and curves, plan under limits, compare, export.
// Every number that is looked at is compared with the API's.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { violations } from "./axe.mjs";
import { launch, watch } from "./chromium.mjs";
import { FILES } from "./files.mjs";
import { drop, progressUntil, tableOf, textOf } from "./reading.mjs";
import { serve } from "./server.mjs";
import { OWNER, reader } from "./session.mjs";
import { decimals, plain, share, shares, wordsOf } from "./words.mjs";

/** A machine that others work on, too, may be given more time. */
const SLACK = Number(process.env.OUTLAY_BROWSER_SLACK ?? 1);
/** Seconds: a marketer's patience with the whole of it, and a bound on each fit and plan. */
const ALL = 300 * SLACK;
const FIT = 240 * SLACK;
const PLAN = 120 * SLACK;
const out = join(dirname(fileURLToPath(import.meta.url)), "out");

for (const example of FILES) {
  test(`from a file to a plan: ${example.name}`, { skip: example.missing, timeout: 2 * ALL * 1000 }, async (t) => {
    const bytes = example.read();
    const server = await serve();
    const browser = await launch();
    const troubles = [];
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB", acceptDownloads: true });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000 * SLACK);
    watch(page, troubles);
    const run = new Run(page, server, example, bytes);
    const took = {};
    try {
      for (const step of ["setUp", "map", "insight", "fit", "returns", "curves", "optimise", "compare", "sensitivity", "exports", "home", "range", "undo"]) {
        const from = Date.now();
        await run[step]();
        took[step] = (Date.now() - from) / 1000;
        troubles.push(...(await violations(page)).map((line) => `after ${step}: ${line}`));
      }
    } catch (error) {
      mkdirSync(out, { recursive: true });
      await page.screenshot({ path: join(out, `${example.file}.png`), fullPage: true }).catch(() => {});
      throw new Error(`${page.url()}: ${error.message}\n${troubles.join("\n")}\n${server.log().split("\n").slice(-15).join("\n")}`, { cause: error });
    } finally {
      await browser.close();
      await server.stop();
    }
    const all = Object.values(took).reduce((sum, s) => sum + s, 0);
    t.diagnostic(`${all.toFixed(0)} s: ${Object.entries(took).map(([step, s]) => `${step} ${s.toFixed(1)}`).join(", ")}`);
    assert.deepEqual(troubles, [], "nothing goes wrong on any page");
    assert.ok(all < ALL, `the first run takes less than ${ALL} s, took ${all}`);
  });
}

class Run {
  constructor(page, server, example, bytes) {
    Object.assign(this, { page, server, example, bytes, plans: [] });
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }

  async setUp() {
    const { page } = this;
    await page.goto(this.server.address);
    await page.getByRole("textbox", { name: "Your name" }).fill(OWNER.name);
    await page.getByRole("textbox", { name: "E-mail" }).fill(OWNER.email);
    await page.getByRole("textbox", { name: "Password" }).fill(OWNER.password);
    await page.getByRole("textbox", { name: "Workspace" }).fill(OWNER.workspace);
    await this.button("Set up and go on").click();
    await page.getByText("Drop a file to see where your money works.").waitFor();
    this.api = await reader(this.server.address);
  }

  /** Mapping with preview, totals and quality before anything is imported. */
  async map() {
    const { page, api } = this;
    await drop(page, this.example.file, this.bytes);
    await page.waitForURL(/\/data\/import\//);
    const upload = page.url().split("/").at(-1);
    const described = await api.get(`/uploads/${upload}/description`);
    await page.getByText("What the columns mean").waitFor();
    for (const column of described.columns) {
      const select = page.getByLabel(`${column.column} is`, { exact: true });
      assert.equal(await select.inputValue(), column.role, `role of ${column.column}`);
    }
    await page.getByText(/^First \d+ rows/).click();
    const preview = page.locator("details[open] table").first();
    const shown = await preview.evaluate((node) => [...node.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent)));
    assert.deepEqual(shown, described.preview.rows.map((row) => row.map((value) => value ?? "")), "the preview is the file's first rows");
    assert.equal(shown.length, Math.min(20, described.rows));
    const currency = page.getByLabel("In which currency are spend and revenue?");
    if (await currency.isVisible()) await currency.selectOption("EUR");
    const mapping = { ...described.mapping, currency: described.mapping.currency ?? "EUR" };
    const checked = await api.post(`/uploads/${upload}/check`, { mapping });
    assert.ok(checked.valid, JSON.stringify(checked.problems));
    await this.button("It matches: import it").and(page.locator(":enabled")).waitFor();
    await this.totals(checked.totals, mapping);
    const text = await textOf(page);
    assert.ok(text.includes(said(checked.sentence)), checked.sentence);
    if (checked.quality.score !== null) assert.ok(text.includes(`${checked.quality.score.toFixed(0)} of 100`), "the quality's score");
    for (const finding of checked.quality.findings) assert.ok(text.includes(said(finding.message)), finding.message);
    for (const step of checked.quality.allows) assert.ok(text.includes(plain(step.sentence)), step.sentence);
    await this.button("It matches: import it").click();
  }

  /** By month and in all, exact to the cent. */
  async totals(totals, mapping) {
    const { page } = this;
    const words = wordsOf({ currency: mapping.currency, outcome_is_money: mapping.kpi.kind === "revenue" });
    const series = totals.series.filter((s) => s.of === "kpi" || s.of === "spend");
    const show = (s, v) => (s.of === "kpi" ? words.outcomeExact(v) : words.exact(v));
    await page.getByText("By month", { exact: true }).click();
    const rows = await tableOf(page, "Totals");
    assert.equal(rows.length, totals.months.length + 2);
    totals.months.forEach((month, i) => {
      assert.deepEqual(rows[i + 1].slice(1), series.map((s) => show(s, s.by_month[i])), `totals of ${month}`);
    });
    assert.deepEqual(rows.at(-1).slice(1), series.map((s) => show(s, s.total)), "totals in all");
  }

  /** Home says something true about the file before any model. */
  async insight() {
    const { page, api } = this;
    await page.getByText("Are we on track, and what needs me?").waitFor();
    await page.getByRole("heading", { name: "Efficiency per channel" }).waitFor();
    await this.sameAsDashboard();
    this.dataset = (await api.get("/datasets")).items[0];
    this.words = wordsOf(this.dataset);
  }

  async sameAsDashboard(query = "") {
    const board = await this.api.get(`/dashboard/summary${query}`);
    const words = wordsOf(board);
    const text = await textOf(this.page);
    const { kpi, spend, window } = board;
    const headline = board.sentence ?? `was ${words.outcome(kpi.total)} in the last ${window.periods} ${board.granularity}s`;
    assert.ok(text.includes(board.sentence ? said(headline) : headline), headline);
    assert.ok(text.includes(words.outcome(kpi.total)) && text.includes(words.money(spend.total)), "the quarter's totals");
    const rows = await tableOf(this.page, "Efficiency per channel");
    const modelled = board.efficiency.some((row) => row.roi);
    const digits = decimals(board.efficiency.flatMap((row) => [row.roi?.q50, row.roi?.q95]));
    board.efficiency.forEach((row, i) => {
      const expected = [row.channel, words.money(row.spend), share(row.share)];
      if (modelled) expected.push(words.rates(row.roi, digits), words.rates(row.mroi, digits));
      assert.deepEqual(rows[i + 1].slice(0, expected.length), expected);
    });
    return board;
  }

  async fit() {
    const { page, api } = this;
    await this.button("Estimate true effect").click();
    await page.waitForURL(/\/model/);
    await this.button("Fit a model").click();
    await this.button("Start the fit").click();
    const done = page.getByRole("heading", { name: /Can I believe it/ });
    const seen = await progressUntil(page, done, FIT);
    assert.ok(new Set(seen).size >= 3, `progress moves: ${seen.join(", ")}`);
    seen.reduce((before, now) => (assert.ok(now >= before, `progress does not go back: ${seen.join(", ")}`), now), 0);
    await this.button("Publish these numbers").click();
    await page.locator(".page-head .state", { hasText: "published" }).waitFor();
    this.model = (await api.get("/models")).items[0];
    this.summary = await api.get(`/models/${this.model.id}/summary`);
  }

  async returns() {
    const { page, summary } = this;
    const words = wordsOf(summary.data);
    const names = Object.keys(summary.channels);
    const text = await textOf(page);
    assert.ok(text.includes(said(summary.sentence)), summary.sentence);
    assert.ok(text.includes(`Score ${summary.health.score.toFixed(0)} of 100`));
    for (const finding of summary.health.findings.filter((f) => f.verdict !== "ok")) {
      assert.ok(text.includes(said(finding.message)), finding.message);
    }
    const digits = decimals(names.flatMap((n) => [summary.channels[n].roi?.q50, summary.channels[n].roi?.q95]));
    const rows = await tableOf(page, "All channels; medians");
    names.forEach((name, i) => {
      const c = summary.channels[name];
      const organic = c.kind === "organic";
      const rate = (e) => (e ? words.rates(e, digits) : "—");
      const cells = [
        name, organic ? "organic" : words.money(c.spend), organic ? "—" : share(c.spend_share), words.interval(c.contribution),
        shares(c.contribution_share), rate(c.roi), rate(c.mroi),
      ];
      assert.deepEqual(rows[i + 1].slice(0, cells.length), cells);
      assert.equal(rows[i + 1].at(-1), shares(c.carryover_share));
    });
    // The picture says the same as the table.
    const forest = page.getByRole("group", { name: /^(Return per|.+ per )/ }).first();
    const marks = await forest.locator("text").allTextContents();
    const paid = names.filter((name) => summary.channels[name].roi);
    for (const name of paid) assert.ok(marks.map(plain).includes(words.rates(summary.channels[name].roi, digits)), `${name} in the picture`);
    await forest.locator("[tabindex='0']").first().focus();
    await page.getByText(/half of it within/).first().waitFor();
  }

  /** A curve by its slider: at what was spent, and at its far end. */
  async curves() {
    const { page, summary } = this;
    const words = wordsOf(summary.data);
    for (const [name, channel] of Object.entries(summary.channels)) {
      const curve = channel.response;
      if (!curve) continue;
      const picker = page.getByRole("radiogroup", { name: "Channel" });
      if ((await picker.count()) > 0) await picker.getByText(name, { exact: true }).click();
      const sentence = page.locator(".lead[aria-live=polite]");
      const now = plain(await sentence.innerText());
      assert.ok(now.startsWith(`${words.money(channel.spend)} on ${name} brought ${words.outcome(channel.contribution.q50)} ${words.span(channel.contribution)};`), now);
      await page.getByRole("slider", { name: "Spend" }).or(page.locator("[role=slider]")).first().focus();
      await page.keyboard.press("End");
      const last = curve.spend.length - 1;
      const at = (key) => curve.outcome[key][last];
      const far = plain(await sentence.innerText());
      const e = { q05: at("q05"), q50: at("q50"), q95: at("q95") };
      assert.ok(far.startsWith(`${words.money(curve.spend[last])} on ${name} would bring ${words.outcome(e.q50)} ${words.span(e)};`), far);
    }
  }

  /** Three scenarios: two limits, more money, and what the data supports. */
  async optimise() {
    const { page } = this;
    const paid = Object.entries(this.summary.channels).filter(([, c]) => c.roi).map(([name]) => name);
    const [kept, capped] = paid;
    await this.plan("Two limits", async () => {
      await page.getByLabel(`Keep ${kept} as it is`, { exact: true }).check();
      await page.getByLabel(`${capped} at most`, { exact: true }).fill("110");
    });
    const { document } = this.plans[0];
    const of = (name) => document.channels.find((c) => c.name === name);
    near(of(kept).planned, of(kept).current, "the kept channel");
    assert.ok(of(capped).planned <= 1.1 * of(capped).current * (1 + 1e-6), "the capped channel");
    near(document.totals.planned, document.totals.current, "the same money");
    const more = Math.round(document.totals.current * 1.2);
    await this.plan("A fifth more", async () => {
      await page.getByRole("radiogroup", { name: "Budget" }).getByText("A total").click();
      await page.getByRole("textbox", { name: "Total", exact: true }).fill(String(more));
    });
    near(this.plans[1].document.totals.planned + this.plans[1].document.totals.unspent, more, "the budget");
    await this.plan("Careful", () => page.getByLabel("Looking for").selectOption("cautious"));
  }

  async plan(name, ask) {
    const { page, api, words } = this;
    await page.getByRole("link", { name: "Plan", exact: true }).first().click();
    await page.getByRole("heading", { name: "What must hold" }).waitFor();
    await ask();
    await page.getByRole("textbox", { name: "Name of the plan" }).fill(name);
    await this.button("Find the best plan").click();
    await page.waitForURL(/\/plan\/[0-9a-f-]{36}$/);
    const id = page.url().split("/").at(-1);
    await progressUntil(page, page.getByRole("heading", { name: "Calendar" }), PLAN);
    const document = await api.get(`/plans/${id}/document`);
    const text = await textOf(page);
    assert.ok(text.includes(said(document.sentence)), document.sentence);
    for (const limit of document.binding) assert.ok(text.includes(said(limit.sentence)), limit.sentence);
    const digits = decimals(document.channels.flatMap((c) => [c.mroi.q50, c.mroi.q95, c.mroi_current.q95]));
    const rows = await tableOf(page, "The plan per channel");
    document.channels.forEach((c, i) => {
      assert.deepEqual(rows[i + 1].filter((_, at) => at !== 3), [
        c.name, words.money(c.current), words.money(c.planned), words.interval(c.expected),
        words.rates(c.mroi_current, digits), words.rates(c.mroi, digits),
      ]);
    });
    const calendar = await page.locator("table.heat").evaluate((node) => [...node.tBodies[0].rows].map((row) => [...row.cells].slice(1).map((cell) => cell.textContent)));
    assert.deepEqual(calendar.map((row) => row.map(plain)), document.channels.map((c) => c.periods.map((p) => words.money(p.planned))), "the calendar");
    this.plans.push({ id, name, document });
  }

  async compare() {
    const { page, api, words } = this;
    await page.getByRole("link", { name: "Plan", exact: true }).first().click();
    for (const { name } of this.plans) await page.getByLabel(`Compare ${name}`, { exact: true }).check();
    await page.waitForURL((url) => url.searchParams.get("compare")?.split(",").length === 3);
    const compared = await api.get(`/plans/compare?ids=${this.plans.map((p) => p.id).join(",")}`);
    await page.getByText(said(compared.sentence).slice(0, 40)).first().waitFor();
    const rows = await tableOf(page, "Scenarios side by side");
    assert.equal(rows.length, 1 + compared.scenarios.length);
    const placed = await tableOf(page, "Where the money goes in each scenario");
    assert.equal(compared.scenarios.length, 4, "doing nothing and three plans");
    compared.scenarios.forEach((s, i) => {
      assert.deepEqual(rows[i + 1].slice(0, 5), [
        s.name, words.money(s.spend), words.interval(s.expected), s.difference ? words.change(s.difference) : "—", share(s.probability_worse),
      ]);
      s.channels.forEach((v, at) => assert.ok(placed[at + 1][i + 1].startsWith(words.money(v)), `${s.name}, ${compared.channels[at]}`));
    });
  }

  async sensitivity() {
    const { page, api } = this;
    const [{ id, name }] = this.plans;
    await page.getByRole("link", { name, exact: true }).click();
    // It comes by itself, after the plan.
    await page.getByText("What, if wrong, changes the outcome of this plan").waitFor({ timeout: PLAN * 1000 });
    const { sentence } = await api.get(`/plans/${id}/sensitivity`);
    assert.ok((await textOf(page)).includes(said(sentence)), sentence);
  }

  async exports() {
    const { page, api } = this;
    const [{ id, document }] = this.plans;
    const starts = { html: "<!doctype html>", xlsx: "pk", csv: "", json: "{" };
    for (const [format, label] of [["html", /HTML/], ["xlsx", /XLSX/], ["csv", /CSV/], ["json", /JSON/]]) {
      await this.button("Export this plan").click();
      const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: label }).click()]);
      assert.equal(file.suggestedFilename(), `plan.${format}`);
      const bytes = await readFile(await file.path());
      assert.ok(bytes.toString("latin1").toLowerCase().startsWith(starts[format]), `${format} begins as one`);
      if (format !== "xlsx") assert.ok(bytes.equals(await api.file(`/plans/${id}/export?format=${format}`)), `${format} is the API's`);
      if (format === "html") assert.ok(bytes.toString().includes(document.channels[0].name));
      if (format === "csv") for (const c of document.channels) assert.ok(bytes.toString().includes(c.name), `${c.name} in the table`);
      if (format === "json") assert.deepEqual(JSON.parse(bytes.toString()).totals, document.totals);
    }
  }

  /** Home has the published model's numbers. */
  async home() {
    const { page } = this;
    await page.getByRole("link", { name: "Home", exact: true }).first().click();
    await page.getByRole("heading", { name: "Efficiency per channel" }).waitFor();
    const board = await this.sameAsDashboard();
    assert.equal(board.model.id, this.model.id);
    assert.ok(board.efficiency.every((row) => row.roi));
  }

  /** Other days, another comparison, one channel: the page says what the API says, and back works. */
  async range() {
    const { page } = this;
    const settled = async (search) => {
      await page.waitForURL((url) => url.search === search);
      await page.locator('.page[aria-busy="false"]').waitFor();
    };
    const bar = page.getByRole("group", { name: "Time range and filters" });
    await bar.getByLabel("Time range").selectOption("4");
    await settled("?last=4");
    await this.sameAsDashboard("?last=4");
    await bar.getByLabel("Compared with").selectOption("year");
    await settled("?last=4&compare=year");
    const [channel] = Object.keys(this.summary.channels).filter((name) => this.summary.channels[name].roi);
    await bar.getByLabel("Channel").selectOption(channel);
    await page.waitForURL((url) => url.searchParams.get("channel") === channel);
    await page.locator('.page[aria-busy="false"]').waitFor();
    const narrow = await this.sameAsDashboard(`?last=4&compare=year&channel=${encodeURIComponent(channel)}`);
    assert.deepEqual(narrow.efficiency.map((row) => row.channel), [channel]);
    await page.goBack();
    await settled("?last=4&compare=year");
    await this.sameAsDashboard("?last=4&compare=year");
    await page.goto(`${this.server.address}/?from=2050-01-01&to=2050-01-31`);
    await page.getByRole("heading", { name: /^No data between/ }).waitFor();
    await page.getByRole("button", { name: /^Show / }).last().click();
    await page.getByRole("heading", { name: "Efficiency per channel" }).waitFor();
  }

  /** An import can be undone; what was learnt from it stays. */
  async undo() {
    const { page, api } = this;
    await page.goto(`${this.server.address}/data/${this.dataset.id}`);
    await this.button("Undo import").click();
    await this.button("Undo the import").click();
    await page.waitForURL(/\/data$/);
    await page.getByText("There is no data yet: drop a file.").waitFor();
    assert.deepEqual((await api.get("/datasets")).items, []);
    assert.equal((await api.get("/models")).items.length, 1);
  }
}

/** A sentence begins with a capital on a page. */
const said = (text) => plain(text.charAt(0).toUpperCase() + text.slice(1));

function near(a, b, what) {
  assert.ok(Math.abs(a - b) <= 1e-3 * Math.max(Math.abs(a), Math.abs(b), 1), `${what}: ${a} beside ${b}`);
}
