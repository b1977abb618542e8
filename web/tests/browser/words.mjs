// How the pages write numbers, said a second time and by other means (Intl), so that a test does not
// repeat the page's own mistake. The browser of the tests reads as en-GB.

const MINUS = "−";
const signed = (text) => text.replace(/^-/, MINUS);
const three = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });
const cents = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const full = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });

/** At most three significant figures: `1.2M`, `950`, `0.0123`. */
export const compact = (v) => (v === null || v === undefined ? "—" : v !== 0 && Math.abs(v) < 1e-4 ? tiny(v) : signed(three.format(v)));
const tiny = (v) => signed(v.toExponential(2).replace(/\.?0+e/, "e"));

/** Words of one document, from its currency and outcome. */
export function wordsOf({ currency, outcome_is_money: isMoney }) {
  const sign = currency ? new Intl.NumberFormat("en-GB", { style: "currency", currency, currencyDisplay: "narrowSymbol" }).formatToParts(1).find((p) => p.type === "currency").value : "";
  const before = (v, text) => (v < 0 ? `${MINUS}${sign}${text.slice(1)}` : `${sign}${text}`);
  const money = (v) => before(v, compact(v));
  const exact = (v) => before(v, signed((Number.isInteger(Number(v.toFixed(2))) ? full : cents).format(v)));
  const outcome = (v) => (isMoney ? money(v) : compact(v));
  const span = (e, show) => `(${show(e.q05)}${e.q05 < 0 || e.q95 < 0 ? " to " : "–"}${show(e.q95)})`;
  const rate = (v, digits) => (isMoney ? before(v, aligned(v, digits)) : aligned(v, digits));
  return {
    money, exact, outcome,
    outcomeExact: (v) => (isMoney ? exact(v) : signed(full.format(v))),
    interval: (e) => `${outcome(e.q50)} ${span(e, compact)}`,
    change: (e) => `${e.q50 > 0 ? "+" : ""}${outcome(e.q50)} ${span(e, compact)}`,
    rates: (e, digits) => `${rate(e.q50, digits)} ${span(e, (v) => aligned(v, digits))}`,
    rate,
    span: (e) => span(e, compact),
  };
}

const magnitude = (v) => Math.floor(Math.log10(Math.abs(Number(v.toPrecision(3)))) + 1e-12);

/** Decimals of a column of rates: no more than two where its largest is 0.1 or more. */
export function decimals(values) {
  const largest = Math.max(0, ...values.filter((v) => v !== null && v !== undefined).map(Math.abs));
  if (largest === 0) return 0;
  const most = Math.min(Math.max(2 - magnitude(largest), 0), 9);
  return largest >= 0.1 ? Math.min(most, 2) : most;
}

export function aligned(v, digits) {
  const most = v === 0 ? digits : Math.min(digits, Math.min(Math.max(2 - magnitude(v), 0), 9));
  const text = v.toFixed(most);
  return signed(Number(text) === 0 ? text.replace("-", "") : text);
}

/** A share in per cent. */
export function share(v) {
  if (v === null || v === undefined) return "—";
  const size = Math.abs(v * 100);
  if (size > 0 && size < 0.05) return v > 0 ? "<0.1 %" : `>${MINUS}0.1 %`;
  if (size >= 999.5) return `${compact(v * 100)} %`;
  return `${signed((v * 100).toFixed(size !== 0 && size < 9.95 ? 1 : 0)).replace(/^−(0(\.0)?)$/, "$1")} %`;
}

export function shares(e) {
  const bare = (v) => share(v).replace(" %", "");
  return `${share(e.q50)} (${bare(e.q05)}${e.q05 < 0 || e.q95 < 0 ? " to " : "–"}${bare(e.q95)} %)`;
}

/** Text as a reader sees it: joiners and unbreakable blanks are for the line's end only. */
export const plain = (text) => text.replace(/[\u2060`]/g, "").replace(/[\u00a0\u202f]/g, " ").replace(/\s+/g, " ").trim();
