// How ranges are called.

import type { RangeView } from "../api/common";
import { daysIn, formatDay, plural } from "../format/date";
import type { Compare } from "./search";

export const between = (days: { from: string; to: string }) => `${formatDay(days.from)} – ${formatDay(days.to)}`;

/** How long a range is: in periods of the data, or in the weeks that were asked for. */
function length(view: RangeView): string {
  if (view.granularity !== "day") return count(view.periods, view.granularity);
  // Not every day of the range needs to have something reported.
  const days = daysIn(view.from, view.to);
  return view.last !== null && view.last !== "all" && days % 7 === 0 ? count(days / 7, "week") : count(days, "day");
}

const count = (periods: number, noun: string) => (periods === 1 ? noun : plural(periods, noun));

/** `the last 13 weeks`, `all 156 weeks`, or the days. */
export function rangeWords(view: RangeView): string {
  if (view.last === null) return between(view);
  return view.last === "all" ? `all ${length(view)}` : `the last ${length(view)}`;
}

/** `the 13 weeks before`, or `the year before`; null where there is nothing to compare with. */
export function againstWords(view: RangeView | null, compare: Compare | undefined): string | null {
  if (!view?.against) return null;
  return compare === "year" ? "the year before" : `the ${length(view)} before`;
}
