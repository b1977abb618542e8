import { describe, expect, it } from "vitest";

import type { RangeView } from "../src/api/common";
import { rangeOf, said, timeOf } from "../src/range/search";
import { againstWords, rangeWords } from "../src/range/words";

describe("the range in an address", () => {
  it("is read, and what makes no sense is left out", () => {
    const read = (search: Record<string, unknown>) => said(rangeOf(search));
    expect(read({ last: 13, compare: "year", channel: "tv" })).toEqual({ last: 13, compare: "year", channel: "tv" });
    expect(read({ last: "all", geo: "North" })).toEqual({ last: "all", geo: "North" });
    expect(read({ last: "4" })).toEqual({ last: 4 });
    expect(read({ last: 0, compare: "never", from: "soon", channel: "", geo: null })).toEqual({});
    expect(read({ last: -3, to: "2024-13-45" })).toEqual({});
    expect(read({ channel: 7 })).toEqual({ channel: "7" });
  });

  it("has days of one's own or a count of weeks", () => {
    expect(said(rangeOf({ last: 4, from: "2024-01-01" }))).toEqual({ from: "2024-01-01" });
  });

  it("leaves filters behind between pages", () => {
    expect(said(timeOf({ last: 4, channel: "tv", platform: "Meta" }))).toEqual({ last: 4 });
  });
});

describe("ranges in words", () => {
  const view: RangeView = {
    from: "2024-09-30", to: "2024-12-29", periods: 13, granularity: "week", last: "13",
    against: { from: "2024-07-01", to: "2024-09-29" }, data: { from: "2022-01-03", to: "2024-12-29" }, instead: null,
  };

  it("say how long, and beside what", () => {
    expect(rangeWords(view)).toBe("the last 13 weeks");
    expect(rangeWords({ ...view, granularity: "month", periods: 1 })).toBe("the last month");
    expect(rangeWords({ ...view, last: "all", periods: 156 })).toBe("all 156 weeks");
    expect(rangeWords({ ...view, last: null })).toMatch(/2024 – .*2024/);
    expect(againstWords(view, undefined)).toBe("the 13 weeks before");
    expect(againstWords(view, "year")).toBe("the year before");
    expect(againstWords({ ...view, against: null }, "year")).toBeNull();
    expect(againstWords(null, undefined)).toBeNull();
    // Days without a report are days of the range.
    const days: RangeView = { ...view, granularity: "day", periods: 88 };
    expect([rangeWords(days), againstWords(days, undefined)]).toEqual(["the last 13 weeks", "the 13 weeks before"]);
    const own: RangeView = { ...days, from: "2024-02-01", to: "2024-02-29", last: null };
    expect(againstWords(own, "before")).toBe("the 29 days before");
  });
});
