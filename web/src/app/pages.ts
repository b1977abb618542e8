// The pages that exist, in the groups in which people think of them.

import { timeOf } from "../range/search";

export const GROUPS = ["Today", "Understand", "Act", "Report", "Run"] as const;

export interface PageEntry {
  group: (typeof GROUPS)[number];
  name: string;
  to: string;
  /** After `g`. */
  key: string;
  /** Whether it shows a range of days, which goes with the reader from page to page. */
  ranged?: boolean;
  /** Words that find the page in the search. */
  words: string;
}

/** The address of a page in the router's words. Days go along where both pages know them; filters do
 * not, since two pages name their parts differently. */
export function placeOf(page: PageEntry) {
  const search = page.ranged ? (before: Record<string, unknown>) => timeOf(before) : {};
  return { to: page.to, search: search as never };
}

export const PAGES: PageEntry[] = [
  { group: "Today", name: "Home", to: "/", key: "h", ranged: true, words: "home today overview kpi trend" },
  { group: "Understand", name: "Campaigns", to: "/campaigns", key: "c", ranged: true, words: "campaigns ads platforms" },
  { group: "Understand", name: "Model", to: "/model", key: "m", words: "model roi return fit curves contribution" },
  { group: "Act", name: "Plan", to: "/plan", key: "p", words: "plan budget optimise scenario forecast" },
  { group: "Run", name: "Data", to: "/data", key: "d", words: "data import file upload mapping quality" },
  { group: "Run", name: "Settings", to: "/settings", key: "s", words: "settings users tokens configuration health" },
];
