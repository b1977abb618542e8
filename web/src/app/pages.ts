// The pages that exist, in the groups in which people think of them.

export const GROUPS = ["Today", "Understand", "Act", "Report", "Run"] as const;

export interface PageEntry {
  group: (typeof GROUPS)[number];
  name: string;
  to: string;
  /** After `g`. */
  key: string;
  /** Words that find the page in the search. */
  words: string;
}

export const PAGES: PageEntry[] = [
  { group: "Today", name: "Home", to: "/", key: "h", words: "home today overview kpi trend" },
  { group: "Understand", name: "Campaigns", to: "/campaigns", key: "c", words: "campaigns ads platforms" },
  { group: "Understand", name: "Model", to: "/model", key: "m", words: "model roi return fit curves contribution" },
  { group: "Act", name: "Plan", to: "/plan", key: "p", words: "plan budget optimise scenario forecast" },
  { group: "Run", name: "Data", to: "/data", key: "d", words: "data import file upload mapping quality" },
  { group: "Run", name: "Settings", to: "/settings", key: "s", words: "settings users tokens configuration health" },
];
