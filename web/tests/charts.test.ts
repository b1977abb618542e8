import { describe, expect, it } from "vitest";

import type { Estimate } from "../src/api/common";
import { forestDomain } from "../src/charts/Forest";
import { quantileDots } from "../src/charts/QuantileDots";
import { valueAt } from "../src/charts/Response";
import { fileName, standalone } from "../src/charts/save";
import { linear, niceStep, spanWithZero } from "../src/charts/scale";
import { fold, spread } from "../src/charts/Stack";
import { tipHtml } from "../src/charts/style";
import { cell, sortRows, toCsv } from "../src/charts/table";
import { lockOf, trackEnd } from "../src/charts/Tracks";
import { DARK, LIGHT, lookOf } from "../src/theme/palette";

const estimate = (q50: number, half: number): Estimate => ({
  mean: q50, sd: half, q05: q50 - half, q25: q50 - half / 2, q50, q75: q50 + half / 2, q95: q50 + half,
});

describe("scales", () => {
  it("have round ticks that hold the data", () => {
    const scale = linear(0, 4.8, [0, 100], 5);
    expect(scale.ticks).toEqual([0, 1, 2, 3, 4, 5]);
    expect([scale.at(0), scale.at(5)]).toEqual([0, 100]);
    expect(niceStep(0.07, 4)).toBeCloseTo(0.02);
  });
  it("work where there is nothing to span", () => {
    expect(Number.isFinite(linear(0, 0, [0, 100]).at(0))).toBe(true);
    expect(spanWithZero([null, 3, NaN, -1])).toEqual([-1, 3]);
  });
});

describe("a forest", () => {
  const row = (e: Estimate) => ({ name: "a", colour: "", estimate: e, shown: "", tip: "" });
  it("cuts wide tails, so that the other rows can be read", () => {
    const [, high] = forestDomain([row(estimate(1, 0.4)), row({ ...estimate(1, 0.4), q95: 50 })]);
    expect(high).toBeLessThan(5);
  });
  it("shows the reference", () => {
    expect(forestDomain([row(estimate(0.2, 0.1))], 1)[1]).toBeGreaterThan(1);
  });
});

describe("quantile dots", () => {
  it("are twenty, follow the quantiles, and are none without bounds", () => {
    const dots = quantileDots(estimate(2, 1));
    expect(dots).toHaveLength(20);
    expect(dots.filter((v) => v < 2)).toHaveLength(10);
    expect([...dots].sort((a, b) => a - b)).toEqual(dots);
    expect(quantileDots({ ...estimate(2, 1), q95: null })).toEqual([]);
  });
});

describe("a plan's track", () => {
  it("ends at the most allowed, unless that is far away", () => {
    expect(trackEnd({ now: 100, planned: 130, max: 150 })).toBe(150);
    expect(trackEnd({ now: 100, planned: 130, max: 9e9 })).toBeCloseTo(208);
    expect(trackEnd({ now: 0, planned: 0, max: null })).toBe(1);
  });
  it("is locked where a limit holds it", () => {
    const track = { min: 50, max: 150, planned: 100, locked: false };
    expect(lockOf(track)).toBe("open");
    expect(lockOf({ ...track, planned: 149.9999 })).toBe("at-most");
    expect(lockOf({ ...track, planned: 50 })).toBe("at-least");
    expect(lockOf({ ...track, min: 0, planned: 0 })).toBe("open");
    expect(lockOf({ ...track, locked: true })).toBe("locked");
  });
});

describe("labels", () => {
  it("stay apart, in order, and within the picture", () => {
    const placed = spread([100, 102, 101, 30], 15, 20, 110);
    const sorted = [...placed].sort((a, b) => a - b);
    sorted.slice(1).forEach((y, i) => expect(y - sorted[i]!).toBeGreaterThanOrEqual(15 - 1e-9));
    expect(Math.max(...placed)).toBeLessThanOrEqual(110);
    expect(placed[0]!).toBeLessThan(placed[2]!);
  });
});

describe("a stack", () => {
  it("joins the smallest layers where colours run out, and loses nothing", () => {
    const layers = Array.from({ length: 12 }, (_, i) => ({ name: `c${i}`, colour: "", values: [i, 2 * i] }));
    const folded = fold(layers, 10, "grey");
    expect(folded).toHaveLength(10);
    expect(folded.at(-1)).toEqual({ name: "3 others", colour: "grey", values: [3, 6] });
    expect(fold(layers.slice(0, 10), 10, "grey")).toHaveLength(10);
  });
});

describe("a served curve", () => {
  it("is read between its points", () => {
    const point = (spend: number, q50: number) => ({ spend, q50, q05: 0, q25: 0, q75: 0, q95: 0 });
    const points = [point(0, 0), point(10, 20), point(20, 30)];
    expect([valueAt(points, 5), valueAt(points, 15), valueAt(points, 99)]).toEqual([10, 25, 30]);
  });
});

describe("tables", () => {
  const table = {
    columns: [{ label: "Channel" }, { label: "Spend", numeric: true, unit: "EUR" }],
    rows: [[cell("tv"), cell("€2K", 2000)], [cell('=cmd|"x"'), cell("—", null)], [cell("search, brand"), cell("€1K", 1000)]],
  };
  it("are saved with units, exact numbers, and no formula", () => {
    expect(toCsv(table)).toBe("Channel,Spend (EUR)\r\ntv,2000\r\n\"'=cmd|\"\"x\"\"\",\r\n\"search, brand\",1000\r\n");
  });
  it("sort by value, with what is missing at the end", () => {
    const order = (direction: "ascending" | "descending") => sortRows(table.rows, 1, direction).map((r) => r[1]!.text);
    expect(order("ascending")).toEqual(["€1K", "€2K", "—"]);
    expect(order("descending")).toEqual(["€2K", "€1K", "—"]);
  });
});

describe("what is saved and shown", () => {
  it("has a plain file name", () => expect(fileName("Return per euro: ROI & more")).toBe("return-per-euro-roi-more"));
  it("is a drawing that stands alone", () => {
    document.body.innerHTML = '<svg><text class="tick" tabindex="0">€1</text></svg>';
    const text = standalone(document.querySelector("svg")!);
    expect(text).toContain('xmlns="http://www.w3.org/2000/svg"');
    expect(text).not.toMatch(/class=|tabindex=/);
  });
  it("cannot carry markup into a tooltip", () => {
    expect(tipHtml("<img src=x onerror=1>", [["<b>", "&"]])).not.toMatch(/<img|<b>[^&]*<b>|"&"/);
  });
});

describe("colours", () => {
  it("stay with the channel's place, then get patterns", () => {
    const names = Array.from({ length: 12 }, (_, i) => `c${i}`);
    expect(lookOf(names, "c3")).toEqual({ colour: 3, pattern: 0 });
    expect(lookOf(names, "c11")).toEqual({ colour: 1, pattern: 1 });
    expect(lookOf(names, "other")).toBeNull();
    expect(new Set([...LIGHT, ...DARK]).size).toBe(20);
  });
});
