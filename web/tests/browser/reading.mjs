// Reading pages: tables as rows of text, and what is waited for.

import { plain } from "./words.mjs";

/** The rows of the table with a caption, as a reader sees them: head, body, foot. */
export async function tableOf(page, caption) {
  const table = page.locator("table", { has: page.locator("caption", { hasText: caption }) }).first();
  await table.waitFor();
  const rows = await table.evaluate((node) => [...node.rows].map((row) => [...row.cells].map((cell) => cell.textContent)));
  return rows.map((row) => row.map(plain));
}

/** All text of the page's main part. */
export async function textOf(page) {
  return plain(await page.locator("main").innerText());
}

/** Drops a file on the page, as a hand does. */
export async function drop(page, name, bytes) {
  const transfer = await page.evaluateHandle(({ name, base64 }) => {
    const data = new DataTransfer();
    const raw = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    data.items.add(new File([raw], name, { type: "text/csv" }));
    return data;
  }, { name, base64: bytes.toString("base64") });
  await page.locator(".drop").dispatchEvent("drop", { dataTransfer: transfer });
}

/** Watches a progress bar until `done` is on the page; the shares that it showed, in order. */
export async function progressUntil(page, done, seconds) {
  const seen = [];
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    if (await done.isVisible()) return seen;
    const bar = page.locator(".job [role=progressbar]").first();
    const now = (await bar.count()) > 0 ? await bar.getAttribute("aria-valuenow", { timeout: 500 }).catch(() => null) : null;
    if (now !== null && seen.at(-1) !== Number(now)) seen.push(Number(now));
    await page.waitForTimeout(100);
  }
  throw new Error(`nothing after ${seconds} s; the bar showed ${seen.join(", ")}`);
}
