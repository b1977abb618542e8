// The range and the filters of a page live in its address, so that links can be shared and back
// works. What an address says wrongly by hand is left out here; what the data does not have the
// server refuses.

export const COMPARE = ["before", "year", "none"] as const;
export type Compare = (typeof COMPARE)[number];

/** Which days, and what they are compared with. */
export interface TimeSearch {
  /** Weeks up to the last day of the data, or everything. */
  last?: number | "all";
  from?: string;
  to?: string;
  compare?: Compare;
}

export interface RangeSearch extends TimeSearch {
  channel?: string;
  platform?: string;
  geo?: string;
}

const name = (value: unknown) => (typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined);

function day(value: unknown): string | undefined {
  return typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;
}

function weeks(value: unknown): number | "all" | undefined {
  if (value === "all") return value;
  const count = typeof value === "string" ? Number(value) : value;
  return typeof count === "number" && Number.isInteger(count) && count > 0 ? count : undefined;
}

/** The days of an address; days of one's own come before a count of weeks. */
export function timeOf(search: Record<string, unknown>): TimeSearch {
  const [from, to] = [day(search.from), day(search.to)];
  return {
    last: from || to ? undefined : weeks(search.last),
    from,
    to,
    compare: COMPARE.find((one) => one === search.compare),
  };
}

export function rangeOf(search: Record<string, unknown>): RangeSearch {
  return { ...timeOf(search), channel: name(search.channel), platform: name(search.platform), geo: name(search.geo) };
}

/** What is said, without what is not: the query of a request, and its key in the cache. */
export function said<T extends object>(search: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
