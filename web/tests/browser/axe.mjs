// What a page lacks for people who do not see it or use no mouse: axe-core, run inside of the page.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Weaker findings are advice. */
const COUNTS = ["serious", "critical"];

/** Serious and critical violations of WCAG 2 (A, AA) on the page as it stands, one line each. */
export async function violations(page) {
  await page.evaluate(source);
  const found = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], resultTypes: ["violations"] }));
  return found.violations.filter((v) => COUNTS.includes(v.impact)).flatMap((v) =>
    v.nodes.slice(0, 3).map((node) => `${v.impact} ${v.id}: ${node.target.join(" ")} ${(node.failureSummary ?? "").split("\n").slice(1).join(" ").trim().slice(0, 220)}`),
  );
}
