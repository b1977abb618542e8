import { describe, expect, it } from "vitest";

import type { Description, Mapping } from "../src/api/description";
import type { PlanDocument, Sensitivity } from "../src/api/plan";
import { assign, rename, rolesOf } from "../src/pages/data/mapping";
import { totalsTable } from "../src/pages/data/TotalsTable";
import { START, build, missing, questionOf } from "../src/pages/plan/builder";
import type { Builder } from "../src/pages/plan/builder";
import { changeOf } from "../src/pages/plan/change";
import { groupSwings } from "../src/pages/plan/SensitivityPart";
import { spendNow } from "../src/pages/plan/PlanPage";
import { parseSetting } from "../src/pages/settings/Configuration";
import { Numbers } from "../src/format/number";
import { Terms } from "../src/format/terms";
import { unbroken } from "../src/parts/Words";
import descriptionJson from "./fixtures/description.json";
import planJson from "./fixtures/plan.json";
import sensitivityJson from "./fixtures/sensitivity.json";

const description = descriptionJson as unknown as Description;
const plan = planJson as unknown as PlanDocument;

describe("a mapping", () => {
  const start: Mapping = description.mapping;

  it("says of every proposed column what the proposal said", () => {
    const roles = rolesOf(start, description.columns);
    expect(roles).toEqual(description.columns);
  });

  it("changes places when another column becomes the outcome", () => {
    const next = assign(start, "price", "count");
    expect(next.kpi).toEqual({ column: "price", kind: "count" });
    expect(next.ignored).toContain("revenue");
    expect(next.treatments).not.toContain("price");
  });

  it("leaves out what belonged to a channel that loses its spend", () => {
    const next = assign(start, "tv_spend", "control");
    expect(next.channels?.map((c) => c.name)).not.toContain("tv");
    expect(next.ignored).toContain("tv_impressions");
    expect(next.controls).toContain("tv_spend");
  });

  it("makes a channel of a column, and gives it its exposure", () => {
    let next = assign(assign(start, "tv_spend", "ignored"), "tv_spend", "spend", "tv");
    next = assign(next, "tv_impressions", "exposure", "tv");
    expect(next.channels?.find((c) => c.name === "tv")).toEqual({ name: "tv", spend: "tv_spend", exposure: "tv_impressions" });
    expect(next.ignored).not.toContain("tv_spend");
  });

  it("names every column once", () => {
    const next = assign(assign(start, "tv_spend", "control"), "revenue", "ignored");
    const all = JSON.stringify(next).match(/"tv_spend"/g);
    expect(all).toHaveLength(1);
  });

  it("renames a channel, but not to a name that is taken", () => {
    expect(rename(start, "tv", "Television").channels?.map((c) => c.name)).toContain("Television");
    expect(rename(start, "tv", "search")).toBe(start);
    expect(rename(start, "tv", "  ")).toBe(start);
  });
});

describe("totals", () => {
  it("add up by year to the total", () => {
    const terms = new Terms({ currency: "EUR", outcome_is_money: true, outcome_unit: "EUR" }, new Numbers({ decimal: ".", group: "," }), "en");
    const table = totalsTable(description.totals!, terms, ["kpi", "spend"], "year");
    const kpi = description.totals!.series.find((s) => s.of === "kpi")!;
    const sum = table.rows.reduce((all, row) => all + (row[1]!.value as number), 0);
    expect(sum).toBeCloseTo(kpi.total, 1);
    expect(table.rows.map((row) => row[0]!.text)).toEqual(["2022", "2023", "2024"]);
  });
});

describe("the constraint builder", () => {
  const built = (...actions: Parameters<typeof build>[1][]): Builder => actions.reduce(build, START);

  it("asks for the same money within half and one and a half", () => {
    expect(questionOf(START)).toEqual({
      version: 1, objective: "outcome",
      "every-channel": { min: { "of-current": 0.5 }, max: { "of-current": 1.5 } },
    });
  });

  it("writes limits as the planner reads them", () => {
    const state = built(
      { set: { budget: "total", most: 1_200_000 } },
      { channel: "tv", limits: { max: 110 } },
      { channel: "radio", limits: { lock: true } },
      { add: "group", channels: ["tv", "video"] },
      { group: 0, change: { name: "screen", channels: ["tv", "video"], max: 600_000 } },
      { add: "ratio", channels: ["search", "social"] },
      { ratio: 0, change: { min: 0.5 } },
      { set: { ramp: { up: 20, down: "" } } },
    );
    expect(questionOf(state)).toMatchObject({
      budget: { least: 1_200_000, most: 1_200_000 },
      channel: { tv: { min: { "of-current": 0.5 }, max: { "of-current": 1.1 } }, radio: { lock: true } },
      group: [{ name: "screen", channels: ["tv", "video"], max: 600_000 }],
      ratio: [{ channel: "search", to: "social", min: 0.5 }],
      ramp: [{ up: 0.2 }],
    });
    expect(missing(state)).toBeNull();
  });

  it("keeps money apart from per cent", () => {
    const state = built({ channel: "tv", limits: { min: 80 } }, { set: { unit: "money" } });
    expect(state.channels.tv).toEqual({ min: "", max: "", lock: false });
    const money = build(state, { channel: "tv", limits: { min: 50_000 } });
    expect(questionOf(money).channel).toEqual({ tv: { min: 50_000, max: { "of-current": 1.5 } } });
  });

  it("writes objectives with their targets", () => {
    expect(questionOf(built({ set: { goal: "cautious" } })).objective).toEqual({ cautious: { level: 0.25, weight: 0 } });
    expect(questionOf(built({ set: { goal: "target-roas", target: 3 } })).objective).toEqual({ "target-roas": { least: 3 } });
    expect(questionOf(built({ set: { goal: "profit", margin: 40 } }))).toMatchObject({ objective: "profit", margin: 0.4 });
  });

  it("says what is missing before it asks", () => {
    expect(missing(built({ set: { budget: "total" } }))).toMatch(/budget/);
    expect(missing(built({ set: { budget: "range", least: 2, most: 1 } }))).toMatch(/above/);
    expect(missing(built({ set: { goal: "goal" } }))).toMatch(/target/);
    expect(missing(built({ add: "group", channels: [] }))).toMatch(/group/);
    expect(missing(built({ add: "group", channels: [] }, { group: 0, change: null }))).toBeNull();
  });

  it("counts doing nothing as the last periods repeated", () => {
    expect(spendNow([1, 2, 3, 4], 2)).toBe(7);
    expect(spendNow(null, 2)).toBeNull();
  });
});

describe("what changes in a plan", () => {
  const change = changeOf(plan)!;
  it("adds up from doing nothing to the plan", () => {
    const sum = change.steps.reduce((all, s) => all + s.amount, change.base);
    expect(Math.abs(sum - change.end)).toBeLessThanOrEqual(0.011 * Math.abs(change.end - change.base));
  });
  it("goes from the largest rise to the largest fall", () => {
    const amounts = change.steps.filter((s) => s.kind === "channel").map((s) => s.amount);
    expect([...amounts].sort((a, b) => b - a)).toEqual(amounts);
  });
  it("has the interval of every channel's change, not of its ends", () => {
    const search = plan.channels.find((c) => c.name === "search")!;
    expect(change.steps.find((s) => s.name === "search")?.interval).toEqual({ low: search.difference.q05, high: search.difference.q95 });
    expect(change.steps.filter((s) => s.kind === "channel").every((s) => s.interval && s.interval.low <= s.amount && s.amount <= s.interval.high)).toBe(true);
  });
  it("is nothing where nothing changes", () => {
    const none = plan.channels.map((c) => ({ ...c, difference: { ...c.difference, mean: 0 } }));
    expect(changeOf({ ...plan, channels: none })).toBeNull();
  });
  it("is nothing without an alternative", () => {
    expect(changeOf({ ...plan, comparison: [] })).toBeNull();
  });
});

describe("sensitivity", () => {
  it("groups cases by input, the widest first", () => {
    const groups = groupSwings(sensitivityJson as Sensitivity);
    const width = (g: (typeof groups)[number]) => Math.max(...g.cases.map((c) => c.outcome)) - Math.min(...g.cases.map((c) => c.outcome));
    expect(groups.length).toBe(new Set(sensitivityJson.swings.map((s) => s.input)).size);
    expect(width(groups[0]!)).toBeGreaterThanOrEqual(width(groups[1]!));
  });
});

describe("small things", () => {
  it("reads settings as numbers", () => {
    expect([parseSetting("0.5"), parseSetting(" 1e6 "), parseSetting("x"), parseSetting("")]).toEqual([0.5, 1e6, null, null]);
  });
  it("keeps signs with their numbers at a line's end", () => {
    expect(unbroken("more (−€78K), 25 %")).toBe("more (\u2060−\u2060€78K), 25\u00a0%");
    expect(unbroken("1.9 (0.7–4.8)")).toBe("1.9 (\u20600.7\u2060–\u20604.8)");
  });
});
