// Where the difference to doing nothing comes from, as steps that add up.

import type { Estimate } from "../../api/common";
import type { PlanDocument } from "../../api/plan";

export interface ChangeStep {
  name: string;
  /** A channel, or what belongs to none alone. */
  kind: "channel" | "rest";
  amount: number;
  /** Only where one end is certain: the interval of a difference is not in the ends' intervals. */
  interval?: { low: number; high: number };
}

export interface Change {
  base: number;
  end: number;
  steps: ChangeStep[];
  difference: Estimate | null;
}

const certain = (e: Estimate) => e.q05 !== null && e.q95 !== null && e.q95 - e.q05 <= 0;

function intervalOf(before: Estimate, after: Estimate): ChangeStep["interval"] {
  if (certain(before) === certain(after)) return undefined;
  const one = certain(before) ? after : before;
  const [low, high] = [one.q05 ?? 0, one.q95 ?? 0];
  return certain(before) ? { low: low - (before.q50 ?? 0), high: high - (before.q50 ?? 0) } : { low: (after.q50 ?? 0) - high, high: (after.q50 ?? 0) - low };
}

/** Averages, because averages add up; null where there is nothing to compare with. */
export function changeOf(plan: PlanDocument): Change | null {
  const nothing = plan.comparison[0];
  const end = plan.totals.expected.mean;
  if (!nothing || nothing.expected.mean === null || end === null) return null;
  const base = nothing.expected.mean;
  const steps: ChangeStep[] = plan.channels
    .map((c) => ({
      name: c.name,
      kind: "channel" as const,
      amount: (c.expected.mean ?? 0) - (c.expected_current.mean ?? 0),
      interval: intervalOf(c.expected_current, c.expected),
    }))
    .sort((a, b) => b.amount - a.amount);
  const rest = end - base - steps.reduce((sum, s) => sum + s.amount, 0);
  // Less than a hundredth of the whole is rounding to a reader.
  if (Math.abs(rest) > 0.01 * Math.abs(end - base)) steps.push({ name: "together", kind: "rest", amount: rest });
  return { base, end, steps, difference: nothing.difference };
}
