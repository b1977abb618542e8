// Looks at the built pages as a reader would: `npm run build`, then
//
//   CHROMIUM=/usr/bin/chromium node tests/screens/take.mjs [NAME…]
//
// Pages are served from dist with the fixtures behind /api, and saved as PNG under tests/screens/out,
// light and dark, at 1280 and at phone width. Errors on the console fail the run.

import { createReadStream, existsSync, mkdirSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

import { WORLDS, answer } from "../fixtures/api.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "../../dist");
const out = join(here, "out");
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self' ws:";

const PAGES = [
  ["setup", "/", "setup"],
  ["start", "/", "empty"],
  ["home", "/"],
  ["home-range", "/?from=2024-01-01&to=2024-03-31&compare=year&channel=tv"],
  ["home-beyond", "/?from=2030-01-01&to=2030-01-31", "beyond"],
  ["home-unknown", "/?channel=radio-2", "unknown"],
  ["data", "/data"],
  ["import", "/data/import/u1"],
  ["dataset", "/data/d1"],
  ["model", "/model"],
  ["model-empty", "/model", "empty"],
  ["model-compare", "/model?id=m2&against=m1"],
  ["fitting", "/model", "fitting"],
  ["broken", "/model", "broken"],
  ["plan", "/plan?compare=p1%2Cp2"],
  ["plan-detail", "/plan/p1"],
  ["campaigns", "/campaigns"],
  ["campaign", "/campaigns/c1"],
  ["settings", "/settings"],
  ["configuration", "/settings?tab=configuration"],
];
const LOOKS = [
  { name: "light", scheme: "light", width: 1280, height: 900 },
  { name: "dark", scheme: "dark", width: 1280, height: 900 },
  { name: "phone", scheme: "light", width: 390, height: 844 },
];

let world = {};
const server = createServer((request, response) => {
  const url = new URL(request.url, "http://127.0.0.1");
  if (url.pathname === "/api/events") {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write(": here\n\n");
    return;
  }
  if (url.pathname.startsWith("/api/")) {
    const { status, body } = answer(request.method, url.pathname, world);
    response.writeHead(status, { "Content-Type": status < 400 ? "application/json" : "application/problem+json" });
    response.end(body === null ? undefined : JSON.stringify(body));
    return;
  }
  let file = join(dist, normalize(url.pathname));
  if (!existsSync(file) || statSync(file).isDirectory()) file = join(dist, "index.html");
  response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream", "Content-Security-Policy": POLICY });
  createReadStream(file).pipe(response);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const base = `http://127.0.0.1:${server.address().port}`;
mkdirSync(out, { recursive: true });

const wanted = process.argv.slice(2);
const only = process.env.LOOK;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--headless=new", "--disable-gpu"],
});
let errors = 0;
for (const look of LOOKS.filter((l) => !only || l.name === only)) {
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.height }, colorScheme: look.scheme, locale: "en-GB", reducedMotion: "reduce",
  });
  for (const [name, path, which] of PAGES) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    world = which ? WORLDS[which] : {};
    const page = await context.newPage();
    page.on("console", (message) => {
      // A problem that the server answers with is logged by the browser itself.
      if (message.type() !== "error" || /Failed to load resource|WebSocket/.test(message.text())) return;
      errors += 1;
      console.error(`${look.name} ${name}: ${message.text()}`);
    });
    page.on("pageerror", (error) => {
      errors += 1;
      console.error(`${look.name} ${name}: ${error.stack ?? error}`);
    });
    await page.goto(base + path);
    await page.waitForSelector(".page-head, .gate, .notice", { timeout: 15000 });
    await page.waitForTimeout(500);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (overflow > 0) {
      errors += 1;
      console.error(`${look.name} ${name}: wider than the window by ${overflow}`);
    }
    await page.screenshot({ path: join(out, `${name}-${look.name}.png`), fullPage: true });
    await page.close();
  }
  await context.close();
}
await browser.close();
server.closeAllConnections();
server.close();
process.exitCode = errors > 0 ? 1 : 0;
