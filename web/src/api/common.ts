// Wire types that several resources share. Money is in units of the currency, shares lie in 0..1,
// days are `yyyy-mm-dd`, moments RFC 3339.

/** Mean, sd and quantiles over posterior draws; null has no bound. */
export interface Estimate {
  mean: number | null;
  sd: number | null;
  /** 90 % interval: q05 to q95. */
  q05: number | null;
  /** 50 % interval: q25 to q75. */
  q25: number | null;
  q50: number | null;
  q75: number | null;
  q95: number | null;
}

/** Quantiles of a series, one entry per period or point. */
export interface Band {
  q05: number[];
  q25: number[];
  q50: number[];
  q75: number[];
  q95: number[];
  mean: number[];
}

export type Verdict = "ok" | "review" | "fail";
export type Granularity = "day" | "week" | "month";

/** A finding about a model. */
export interface Finding {
  code: string;
  verdict: Verdict;
  message: string;
  advice: string;
}

export type Severity = "note" | "warning" | "error";

/** A finding about data. */
export interface DataFinding {
  code: string;
  severity: Severity;
  message: string;
  advice: string;
}

export type JobState = "queued" | "running" | "succeeded" | "failed" | "cancelled";

export interface JobProgress {
  /** 0..1. */
  fraction: number;
  message: string;
  detail?: string | null;
  seconds_left?: number | null;
}

export interface JobError {
  title: string;
  code: string;
  detail?: string | null;
  next?: string | null;
}

export interface Job {
  id: string;
  kind: string;
  state: JobState;
  progress: JobProgress;
  error?: JobError | null;
  /** What the job makes, for links: `model`, `plan`, `dataset`. */
  subject?: { kind: string; id: string } | null;
  created_at: string;
  started_at?: string | null;
  finished_at?: string | null;
}

/** Something another row points to, with the name that people know it by. */
export interface Reference {
  id: string;
  name: string;
  version?: number;
}
