import { describe, expect, it } from "vitest";

import { formatAge, formatDay, formatMonth, plural } from "../src/format/date";
import { MISSING, Numbers, columnDecimals, decimalsOf, plus, separatorsOf } from "../src/format/number";
import { Terms } from "../src/format/terms";

const POINT = { decimal: ".", group: "," };
const n = new Numbers(POINT);
const comma = new Numbers({ decimal: ",", group: "." });
const estimate = { q05: 1.4, q25: 1.7, q50: 1.9, q75: 2.1, q95: 2.5 };
/** No-break spaces as plain ones. */
const plain = (text: string) => text.replaceAll("\u00a0", " ");

describe("numbers", () => {
  it("keep three figures and carry over to the next suffix", () => {
    const shown = [0, 12.345, 950, 999.6, 1000, 1_234_567, 999_999, 2.5e9, -4300].map((x) => n.compact(x));
    expect(shown).toEqual(["0", "12.3", "950", "1K", "1K", "1.23M", "1M", "2.5B", "−4.3K"]);
    expect(n.compact(0.012345)).toBe("0.0123");
    expect(n.compact(3.2e-7)).toBe("3.2e−7");
    expect(comma.compact(1234)).toBe("1,23K");
  });

  it("say what is missing", () => {
    for (const value of [null, undefined, NaN, Infinity]) expect(n.compact(value)).toBe(MISSING);
    expect(n.share(null)).toBe(MISSING);
    expect(n.interval({ ...estimate, q50: null }, 1)).toBe(MISSING);
  });

  it("are exact with groups where asked", () => {
    expect([1_234_567.891, -1234, 12, 0].map((x) => n.exact(x))).toEqual(["1,234,567.89", "−1,234", "12", "0"]);
    expect(comma.exact(1234.5)).toBe("1.234,5");
  });

  it("never write minus zero", () => {
    expect(n.fixed(-0.0004, 2)).toBe("0.00");
    expect(n.exact(-0)).toBe("0");
  });

  it("write shares in per cent", () => {
    const shown = [0.342, 0.0342, 0.0001, 0, 1, -0.0001, 12].map((x) => plain(n.share(x)));
    expect(shown).toEqual(["34 %", "3.4 %", "<0.1 %", "0 %", "100 %", ">−0.1 %", "1.2K %"]);
    expect([0.12, -0.034, 0.0001].map((x) => plain(n.change(x)))).toEqual(["+12 %", "−3.4 %", "<0.1 %"]);
  });

  it("put an interval right after its number", () => {
    expect(n.interval(estimate, 1)).toBe("1.9 (1.4–2.5)");
    expect(n.interval({ ...estimate, q05: -0.2 }, 1)).toBe("1.9 (−0.2 to 2.5)");
    expect(n.interval({ ...estimate, q95: null }, 1)).toBe("1.9 (1.4 or more)");
    const share = { ...estimate, q05: 0.29, q50: 0.342, q95: 0.4 };
    expect(plain(n.shareInterval(share))).toBe("34 % (29–40 %)");
  });

  it("choose decimals for a column", () => {
    expect(columnDecimals([0.5, 1.9, null])).toBe(2);
    expect(columnDecimals([12, 340])).toBe(0);
    expect(decimalsOf(0.00123)).toBe(5);
  });

  it("read times and sizes like people", () => {
    expect([0.84, 41.7, 200, 7260].map((s) => n.seconds(s))).toEqual(["0.8 s", "42 s", "3 min 20 s", "2 h 1 min"]);
    expect([12, 19_444, 3_100_000].map((b) => n.bytes(b))).toEqual(["12 bytes", "19.4 KB", "3.1 MB"]);
  });

  it("take their separators from the reader's locale", () => {
    expect(separatorsOf("de-DE")).toEqual({ decimal: ",", group: "." });
    expect(separatorsOf("en-GB")).toEqual(POINT);
  });

  it("put a plus before a rise only", () => {
    expect([plus(1, "1"), plus(0, "0"), plus(-1, "−1")]).toEqual(["+1", "0", "−1"]);
  });
});

describe("terms", () => {
  const euro = new Terms({ currency: "EUR", outcome_is_money: true, outcome_unit: "EUR" }, n, "en-GB");
  const count = new Terms({ currency: "CHF", outcome_is_money: false, outcome_unit: "conversions" }, n, "en-GB");
  const none = new Terms({ currency: null, outcome_is_money: true, outcome_unit: "revenue" }, n, "en-GB");

  it("put the sign of money before it and after the minus", () => {
    expect(euro.money(1_234_567)).toBe("€1.23M");
    expect(euro.money(-1200)).toBe("−€1.2K");
    expect(euro.moneyExact(1234.5)).toBe("€1,234.50");
    expect(count.money(950)).toBe("CHF 950");
    expect(none.money(950)).toBe("950");
    expect(euro.money(null)).toBe(MISSING);
  });

  it("know a currency by its sign too", () => {
    const plan = new Terms({ currency: "€", outcome_is_money: true, outcome_unit: "EUR" }, n, "en-GB");
    expect([plan.money(5), plan.unit]).toEqual(["€5", "euro"]);
  });

  it("write returns as money only where outcomes are money", () => {
    expect(euro.rateInterval(estimate)).toBe("€1.9 (1.4–2.5)".replace("1.9", "1.90").replace("1.4", "1.40").replace("2.5", "2.50"));
    expect(count.rateInterval(estimate, 1)).toBe("1.9 (1.4–2.5)");
    expect([euro.returnPerUnit, count.returnPerUnit, none.returnPerUnit]).toEqual([
      "Return per euro", "Conversions per franc", "Return per unit of spend",
    ]);
  });

  it("name the units of axes", () => {
    expect([euro.rateUnit, count.rateUnit, euro.outcomeAxis, count.outcomeAxis, none.spendAxis]).toEqual([
      "€ per €", "conversions per CHF", "revenue, €", "conversions", "spend",
    ]);
  });

  it("say a cost without an upper bound plainly", () => {
    expect(euro.costInterval({ q05: 12, q25: 20, q50: null, q75: null, q95: null })).toBe("€12 or more");
  });

  it("write changes with their sign", () => {
    expect(euro.outcomeChangeInterval({ ...estimate, q05: -20_000, q50: 310_000, q95: 640_000 })).toBe("+€310K (−20K to 640K)");
  });
});

describe("dates", () => {
  it("do not move with the reader's zone", () => {
    expect(formatDay("2024-12-29", "en-GB")).toBe("29 Dec 2024");
    expect(formatMonth("2024-03", "en-GB")).toBe("Mar 2024");
    expect(formatDay(null)).toBe("—");
  });
  it("say how long ago", () => {
    const now = Date.parse("2026-11-20T12:00:00Z");
    expect(formatAge("2026-11-20T11:57:00Z", now, "en")).toBe("3 minutes ago");
    expect(formatAge("2026-11-20T11:59:50Z", now, "en")).toBe("just now");
    expect(plural(1, "week") + plural(2, "week")).toBe("1 week2 weeks");
  });
});
