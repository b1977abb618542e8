// Where the difference to doing nothing comes from, as steps that add up.

import type { Estimate } from "../../api/common";
import type { PlanDocument } from "../../api/plan";

export interface ChangeStep {
  name: string;
  /** A channel, or what belongs to none alone. */
  kind: "channel" | "rest";
  amount: number;
  /** 90 % of what the channel's change brings. */
  interval?: { low: number; high: number };
}

export interface Change {
  base: number;
  end: number;
  steps: ChangeStep[];
  difference: Estimate | null;
}

/** Averages, because averages add up; null where there is nothing to compare with, or no change. */
export function changeOf(plan: PlanDocument): Change | null {
  const nothing = plan.comparison[0];
  const end = plan.totals.expected.mean;
  if (!nothing) return null;
  const base = nothing.expected.mean;
  const steps: ChangeStep[] = plan.channels
    .map((c) => ({
      name: c.name,
      kind: "channel" as const,
      amount: c.difference.mean,
      interval: { low: c.difference.q05, high: c.difference.q95 },
    }))
    .sort((a, b) => b.amount - a.amount);
  // A plan that changes nothing has no steps to show.
  if (steps.every((s) => Math.abs(s.amount) <= 1e-6 * Math.abs(base))) return null;
  const rest = end - base - steps.reduce((sum, s) => sum + s.amount, 0);
  // Less than a hundredth of the whole is rounding to a reader.
  if (Math.abs(rest) > 0.01 * Math.abs(end - base)) steps.push({ name: "together", kind: "rest", amount: rest });
  return { base, end, steps, difference: nothing.difference };
}
