// `summary.json` of a fit (schema outlay/summary/1), as `GET /api/models/{id}/summary` serves it.

import type { Band, Estimate, Finding, Granularity, Verdict } from "./common";

export interface SummaryData {
  fingerprint: string;
  source: string;
  kpi: string;
  outcome_unit: string;
  outcome_is_money: boolean;
  currency: string | null;
  granularity: Granularity;
  start: string;
  end: string;
  periods: number;
  geos: string[];
  total_outcome: number;
  total_spend: number;
}

export interface ResponseCurve {
  /** Spend as a multiple of the historical spend. */
  multiplier: number[];
  /** Money over the whole history. */
  spend: number[];
  outcome: Band;
  /** Return on the next unit of spend. */
  marginal: Band;
  /** Multiplier up to which single periods were observed. */
  observed_to: number;
}

export interface PriorShift {
  /** `roi`, `mroi`, `contribution` (a share) or `coefficient`. */
  quantity: string;
  prior: Estimate;
  posterior: Estimate;
  /** 1 − posterior 90 % width / prior 90 % width. */
  shrinkage: number;
  source: string;
}

export interface ChannelSummary {
  kind: "paid" | "organic";
  spend: number;
  spend_share: number;
  contribution: Estimate;
  contribution_share: Estimate;
  roi: Estimate | null;
  mroi: Estimate | null;
  cpa: Estimate | null;
  carryover_share: Estimate;
  roi_uncertainty: number | null;
  no_effect: number | null;
  response: ResponseCurve | null;
  adstock: Band;
  saturation: { x: number[]; y: Band };
  prior: PriorShift | null;
}

export interface Decomposition {
  dates: string[];
  actual: number[];
  expected: Band;
  predictive: Band;
  baseline: Band;
  channels: Record<string, Band>;
  baseline_parts: Record<string, number[]>;
  held_out: boolean[];
}

export interface Structure {
  weight: number;
  elpd: number | null;
  elpd_behind: number | null;
  khat: number | null;
  roi: Record<string, Estimate>;
}

export interface JointEffect {
  channels: string[];
  reason: "ran-together" | "trade-off" | "never-varied" | "prior-unmoved";
  correlation: number | null;
  spend: number;
  contribution: Estimate;
  roi: Estimate;
  sentence: string;
}

export interface HoldoutError {
  start: string;
  periods: number;
  wmape: number;
  naive_wmape: number;
  skill: number;
  coverage_90: number;
}

export interface Summary {
  schema: string;
  version: string;
  seed: number;
  method: "nuts" | "laplace" | "pathfinder" | "ridge";
  approximate: boolean;
  sentence: string;
  data: SummaryData;
  /** Paid channels in the order of the panel, then organic ones: the order of colours. */
  channels: Record<string, ChannelSummary>;
  total_media: {
    spend: number;
    contribution: Estimate;
    contribution_share: Estimate;
    roi: Estimate | null;
  };
  baseline_share: Estimate;
  decomposition: Decomposition;
  treatments: Record<string, Estimate>;
  structures?: Record<string, Structure>;
  joint?: JointEffect[];
  parameters: Record<string, Estimate & { rhat: number | null; ess_bulk: number | null; ess_tail: number | null }>;
  fit: {
    r2: number;
    wmape: number;
    mape: number;
    posterior_predictive_p: number;
    negative_baseline_probability: number;
    predictive_coverage_90: number;
    holdout: HoldoutError | null;
    backtest: { origins: HoldoutError[]; wmape: number; naive_wmape: number; skill: number } | null;
  };
  diagnostics: {
    chains: number;
    warmup: number;
    draws: number;
    rhat_max: number;
    rhat_max_parameter: string;
    ess_bulk_min: number;
    ess_bulk_min_parameter: string;
    ess_tail_min: number;
    divergences: number;
    restarts: number;
    interrupted: boolean;
  };
  health: { verdict: Verdict; score: number; findings: Finding[] };
  spec: Record<string, unknown>;
  timing: { wall_seconds: number; total_seconds: number };
}

/** One quantity in two answers. */
export interface Pair {
  a: Estimate;
  b: Estimate;
  /** b − a of the means. */
  difference: number;
  /** In half-widths of the 90 % interval of the difference. */
  distance: number | null;
  width_ratio: number | null;
}

/** `GET /api/models/compare`. */
export interface Comparison {
  a: string;
  b: string;
  same_data: boolean;
  data_differences: string[];
  channels: {
    channel: string;
    share: Pair;
    roi: Pair | null;
    verdict: Verdict;
    sentence: string;
  }[];
  unmatched: string[];
  total_media: Pair;
  baseline: Pair;
  width_movement: number | null;
  verdict: Verdict;
  sentence: string;
}
