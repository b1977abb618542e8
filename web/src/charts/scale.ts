// Linear scales with round ticks, for the charts that are drawn here.

export interface Scale {
  domain: [number, number];
  range: [number, number];
  at: (value: number) => number;
  ticks: number[];
}

/** A step of 1, 2 or 5 times a power of ten. */
export function niceStep(span: number, count: number): number {
  if (!(span > 0)) return 1;
  const raw = span / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 2.5, 5, 10].find((f) => f * power >= raw * 0.999) ?? 10;
  return factor * power;
}

export function linear(
  low: number,
  high: number,
  range: [number, number],
  count = 5,
  nice = true,
): Scale {
  const span = high > low ? high - low : Math.abs(high) || 1;
  const step = niceStep(span, count);
  const from = nice ? Math.floor(low / step + 1e-9) * step : low;
  const to = nice ? Math.ceil((high > low ? high : low + span) / step - 1e-9) * step : high;
  const ticks: number[] = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-6; i += 1) {
    ticks.push(Number((i * step).toPrecision(12)));
  }
  const at = (value: number) =>
    range[0] + ((value - from) / (to - from || 1)) * (range[1] - range[0]);
  return { domain: [from, to], range, at, ticks };
}

export const clamp = (value: number, low: number, high: number) =>
  Math.min(Math.max(value, low), high);

/** Ends of an axis that holds zero and every finite value. */
export function spanWithZero(values: Iterable<number | null | undefined>): [number, number] {
  let [low, high] = [0, 0];
  for (const value of values) {
    if (value == null || !Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
