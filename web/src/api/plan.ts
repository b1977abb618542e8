// `plan.json` (schema outlay/plan/1) and the question behind it. Money is in units of the currency.

import type { Estimate, Granularity } from "./common";

/** Money, or a multiple of what doing nothing spends, or a share of the planned total. */
export type Amount = number | { "of-current": number } | { "of-total": number };

export interface ChannelLimits {
  min?: Amount;
  max?: Amount;
  lock?: boolean;
  "min-if-active"?: Amount;
  "cost-change"?: number;
  margin?: number;
}

export interface Group {
  name: string;
  channels: string[];
  min?: Amount;
  max?: Amount;
}

export interface Ratio {
  channel: string;
  to: string;
  min?: number;
  max?: number;
}

export interface Ramp {
  channels?: string[];
  up?: number;
  down?: number;
}

export type Objective =
  | "outcome"
  | "profit"
  | { cautious: { level: number; weight: number } }
  | { quantile: { level: number } }
  | { goal: { least: number } }
  | { "target-roas": { least: number } }
  | { "target-cpa": { most: number } }
  | { "target-mroi": { least: number } };

/** `plan.toml` as JSON, with the horizon in periods of the data. */
export interface PlanQuestion {
  version: 1;
  /** Equal bounds: exactly; no `most`: free. Left out: what doing nothing spends. */
  budget?: { least: number; most?: number };
  horizon?: number;
  objective?: Objective;
  margin?: number;
  resolution?: "channel" | "geo" | "period" | "cell";
  "every-channel"?: ChannelLimits;
  channel?: Record<string, ChannelLimits>;
  group?: Group[];
  ratio?: Ratio[];
  ramp?: Ramp[];
}

export interface PlanCell {
  name: string;
  current: number;
  planned: number;
  min: number;
  max: number;
  expected: Estimate;
  mroi: number;
}

export interface ChannelPlan {
  name: string;
  current: number;
  planned: number;
  min: number | null;
  max: number | null;
  locked: boolean;
  expected: Estimate;
  expected_current: Estimate;
  roi: Estimate | null;
  mroi: Estimate;
  mroi_current: Estimate;
  /** In units of the planned total; more is extrapolated. */
  observed_to: number;
  extrapolated: boolean;
  value_of_information: number | null;
  periods: PlanCell[];
  geos: PlanCell[];
  curve: { spend: number[]; outcome: Estimate[] };
}

export interface Alternative {
  name: string;
  spend: number;
  expected: Estimate;
  /** The plan less the alternative. */
  difference: Estimate;
  probability_worse: number;
  channels: number[];
  sentence: string;
}

export interface Binding {
  limit: string;
  price: number;
  price_of_percent: number;
  sentence: string;
}

export interface PlanDocument {
  schema: string;
  version: string;
  sentence: string;
  source: {
    data: string;
    preset: string;
    seed: number;
    draws: number;
    structures: [string, number][];
    health: string;
  };
  question: {
    periods: string[];
    period: Granularity;
    geos: string[];
    objective: string;
    resolution: string;
    budget_least: number;
    budget_most: number | null;
    currency: string | null;
    outcome_unit: string;
    outcome_is_money: boolean;
    limits: string[];
  };
  totals: {
    current: number;
    planned: number;
    unspent: number;
    expected: Estimate;
    expected_later: number;
    roi: Estimate | null;
    cost_per_outcome: Estimate | null;
    profit: Estimate | null;
  };
  channels: ChannelPlan[];
  periods: { start: string; current: number; planned: number }[];
  certificate: {
    value: number;
    bound: number | null;
    gap: number | null;
    tolerance: number;
    nodes: number;
    complete: boolean;
    sentence: string;
  } | null;
  binding: Binding[];
  comparison: Alternative[];
  notes: { code: string; sentence: string }[];
}

/** `GET /api/plans/{id}/sensitivity`. Outcomes in the outcome's unit. */
export interface Sensitivity {
  swings: {
    input: string;
    case: string;
    outcome: number;
    best: number;
    /** What is lost by not knowing. */
    lost: number;
    /** Share of the money that the best plan of this case places elsewhere. */
    moved: number;
  }[];
  knowledge: { channel: string; worth: number; known: Estimate }[];
  all: number;
  sentence: string;
}

export interface Scenario {
  id: string | null;
  name: string;
  spend: number;
  expected: Estimate;
  /** The scenario less doing nothing; null for doing nothing itself. */
  difference: Estimate | null;
  probability_worse: number | null;
  roi: number | null;
  channels: number[];
}

/** `GET /api/plans/compare`; doing nothing comes first. */
export interface PlanComparison {
  sentence: string;
  warnings: string[];
  currency: string | null;
  outcome_unit: string;
  outcome_is_money: boolean;
  channels: string[];
  scenarios: Scenario[];
}
