// Debian's Chromium, with a profile that is new each time; whatever goes wrong on a page is noted.

import { existsSync } from "node:fs";

import { chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

/** Playwright makes a user data folder of its own for each launch. */
export function launch() {
  const executablePath = process.env.CHROMIUM ?? PLACES.find((place) => existsSync(place));
  if (!executablePath) throw new Error("Chromium is missing: install it (apt-get install chromium), or name one in CHROMIUM");
  return chromium.launch({ executablePath, args: FLAGS });
}

/** Notes console errors, exceptions, requests that failed and answers that are errors. */
export function watch(page, troubles) {
  page.on("console", (message) => {
    if (message.type() === "error") troubles.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => troubles.push(`exception: ${error.stack ?? error}`));
  page.on("requestfailed", (request) => {
    // The page itself gives up what it no longer needs.
    if (request.failure()?.errorText === "net::ERR_ABORTED") return;
    troubles.push(`request: ${request.method()} ${request.url()} ${request.failure()?.errorText}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) troubles.push(`answer: ${response.status()} ${response.request().method()} ${response.url()}`);
  });
}
