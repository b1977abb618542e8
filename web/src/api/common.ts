// Wire types that several resources share. Money is in units of the currency, shares lie in 0..1,
// days are `yyyy-mm-dd`, moments RFC 3339.

import type { Wire } from "./wire";

/** Mean, sd and quantiles over posterior draws; null has no bound. 90 % interval: q05 to q95; 50 %: q25 to q75. */
export type Estimate = Wire<"UnboundedEstimate">;
/** Quantiles of a series, one entry per period or point. */
export type Band = Wire<"BandSeries">;
export type Verdict = Wire<"Verdict">;
export type Granularity = Wire<"Granularity">;
/** A finding about a model. */
export type Finding = Wire<"HealthFinding">;
export type Severity = Wire<"Severity">;
/** A finding about data. */
export type DataFinding = Wire<"DataFinding">;
/** The range that an answer is about. */
export type RangeView = Wire<"RangeView">;
export type Job = Wire<"JobView">;
