// How numbers look to people: at most three significant figures, money compact with its sign, an
// interval right after its number. The HTML reports follow the same rules, so that one number looks
// the same on every surface.

/** What stands where a number is missing or not finite. */
export const MISSING = "—";

const MINUS = "−";
/** A sign never stands alone on a line. */
const PERCENT = "\u00a0%";

/** Mean, standard deviation and quantiles; null has no bound (infinite). */
export interface Quantiles {
  q05: number | null;
  q25: number | null;
  q50: number | null;
  q75: number | null;
  q95: number | null;
}

/** Separators of the reader's locale. A file's content never decides them. */
export interface Separators {
  decimal: string;
  group: string;
}

export function separatorsOf(locale: string | undefined): Separators {
  const parts = new Intl.NumberFormat(locale).formatToParts(1234567.8);
  const find = (type: string, fallback: string) =>
    parts.find((part) => part.type === type)?.value ?? fallback;
  return { decimal: find("decimal", "."), group: find("group", ",") };
}

export function roundSignificant(value: number, figures: number): number {
  return value === 0 || !Number.isFinite(value) ? value : Number(value.toPrecision(figures));
}

/** Decimals that show `size` with `figures` significant figures. */
export function decimalsOf(size: number, figures = 3): number {
  if (!Number.isFinite(size) || size <= 0) return 0;
  const magnitude = Math.floor(Math.log10(Math.abs(roundSignificant(size, figures))) + 1e-12);
  return Math.min(Math.max(figures - 1 - magnitude, 0), 9);
}

/** Decimals for a whole column, so that none of its numbers needs more than three figures. */
export function columnDecimals(values: Iterable<number | null | undefined>): number {
  let largest = 0;
  for (const value of values) {
    if (value != null && Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  }
  const digits = decimalsOf(largest);
  return largest >= 0.1 ? Math.min(digits, 2) : digits;
}

function trimZeros(text: string): string {
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}

const isNumber = (value: number | null | undefined): value is number =>
  value != null && Number.isFinite(value);

/** Writes numbers with the separators of one locale. */
export class Numbers {
  constructor(private readonly marks: Separators = separatorsOf(undefined)) {}

  private localise(text: string): string {
    return text.replace(/[.-]/g, (mark) => (mark === "." ? this.marks.decimal : MINUS));
  }

  /** At most three significant figures and a suffix: `1.2M`, `0.0123`, `−950`. */
  compact(value: number | null | undefined): string {
    if (!isNumber(value)) return MISSING;
    const rounded = roundSignificant(value, 3);
    const size = Math.abs(rounded);
    if (size === 0) return "0";
    if (size < 1e-4 || size >= 1e15) {
      const [mantissa = "", exponent = ""] = rounded.toExponential(2).split("e");
      return this.localise(`${trimZeros(mantissa)}e${exponent.replace("+", "")}`);
    }
    const steps: [number, string][] = [
      [1e12, "T"],
      [1e9, "B"],
      [1e6, "M"],
      [1e3, "K"],
    ];
    const [divisor, suffix] = steps.find(([step]) => size >= step) ?? [1, ""];
    const scaled = rounded / divisor;
    return this.localise(`${trimZeros(scaled.toFixed(decimalsOf(Math.abs(scaled))))}${suffix}`);
  }

  /** A fixed count of decimals, for columns aligned on the decimal mark. */
  fixed(value: number | null | undefined, digits: number): string {
    if (!isNumber(value)) return MISSING;
    const text = value.toFixed(digits);
    return this.localise(Number(text) === 0 ? text.replace("-", "") : text);
  }

  /** At most `digits` decimals and at most three significant figures. */
  aligned(value: number | null | undefined, digits: number): string {
    if (!isNumber(value)) return MISSING;
    const most = value === 0 ? digits : Math.min(digits, decimalsOf(Math.abs(value)));
    return this.fixed(value, most);
  }

  /** In full with groups of three digits, where the exact amount is wanted; a fraction has at least
   * `least` digits. */
  exact(value: number | null | undefined, least = 0): string {
    if (!isNumber(value)) return MISSING;
    if (Math.abs(value) >= 1e15) return this.compact(value);
    const digits = Math.max(decimalsOf(Math.abs(value)), Number.isInteger(value) ? 0 : 2);
    // Not toFixed: it rounds the binary value, so that 0.215 would lose its half.
    const text = new Intl.NumberFormat("en-US", { maximumFractionDigits: digits, useGrouping: false }).format(Math.abs(value));
    const [whole = "", fraction] = text.split(".");
    const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, this.marks.group);
    const sign = value < 0 && Number(text) !== 0 ? MINUS : "";
    return sign + grouped + (fraction ? this.marks.decimal + fraction.padEnd(least, "0") : "");
  }

  /** A share in per cent: `34 %`, `3.4 %`, `<0.1 %`. */
  share(share: number | null | undefined): string {
    if (!isNumber(share)) return MISSING;
    const percent = share * 100;
    const size = Math.abs(percent);
    if (size > 0 && size < 0.05) return this.localise(percent > 0 ? "<0.1" : ">-0.1") + PERCENT;
    if (size >= 999.5) return this.compact(percent) + PERCENT;
    return this.fixed(percent, size < 9.95 && size !== 0 ? 1 : 0) + PERCENT;
  }

  /** A change in per cent with its sign: `+12 %`, `−3.4 %`. */
  change(share: number | null | undefined): string {
    if (!isNumber(share)) return MISSING;
    const text = this.share(share);
    return share > 0 && !text.startsWith("<") ? `+${text}` : text;
  }

  /** Bounds in brackets; `to` where a bound is negative, so that dash and minus stay apart. */
  range(
    low: number | null | undefined,
    high: number | null | undefined,
    show: (value: number) => string,
  ): string {
    if (isNumber(low) && !isNumber(high)) return `(${show(low)} or more)`;
    if (!isNumber(low) || !isNumber(high)) return `(${MISSING})`;
    return `(${show(low)}${low < 0 || high < 0 ? " to " : "–"}${show(high)})`;
  }

  /** Median and 90 % interval: `1.90 (1.40–2.50)`. */
  interval(estimate: Quantiles, digits: number): string {
    if (!isNumber(estimate.q50)) return MISSING;
    const show = (value: number) => this.aligned(value, digits);
    return `${show(estimate.q50)} ${this.range(estimate.q05, estimate.q95, show)}`;
  }

  /** Median and 90 % interval of a share: `34 % (29–40 %)`. */
  shareInterval(estimate: Quantiles): string {
    if (!isNumber(estimate.q50)) return MISSING;
    const bare = (value: number) => this.share(value).replace(PERCENT, "");
    const range = this.range(estimate.q05, estimate.q95, bare);
    return `${this.share(estimate.q50)} ${range.includes(MISSING) ? range : range.replace(")", `${PERCENT})`)}`;
  }

  /** Seconds as people say them: `0.8 s`, `42 s`, `3 min 20 s`. */
  seconds(seconds: number | null | undefined): string {
    if (!isNumber(seconds) || seconds < 0) return MISSING;
    const whole = Math.round(seconds);
    if (seconds < 9.95) return `${this.fixed(seconds, 1)} s`;
    if (whole < 60) return `${whole} s`;
    if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
    return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  }

  /** A size of a file: `19.4 KB`. */
  bytes(bytes: number | null | undefined): string {
    if (!isNumber(bytes)) return MISSING;
    const units = ["bytes", "KB", "MB", "GB"];
    let [size, unit] = [bytes, 0];
    while (size >= 1000 && unit < units.length - 1) [size, unit] = [size / 1000, unit + 1];
    return `${this.compact(size)} ${units[unit]}`;
  }
}

/** Puts a plus before what is above zero. */
export function plus(value: number | null | undefined, text: string): string {
  return isNumber(value) && value > 0 ? `+${text}` : text;
}
