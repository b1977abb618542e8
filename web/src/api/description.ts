// What a file holds (schema outlay/describe/1) and the mapping that says what its columns mean.

import type { DataFinding, Granularity } from "./common";

export type Role =
  | "date"
  | "geo"
  | "population"
  | "channel-name"
  | "quantity-name"
  | "quantity-value"
  | "revenue"
  | "count"
  | "revenue-per-unit"
  | "spend"
  | "exposure"
  | "reach"
  | "frequency"
  | "organic"
  | "control"
  | "treatment"
  | "event"
  | "ignored";

export interface ColumnProposal {
  column: string;
  role: Role;
  channel?: string;
  /** 0..1. */
  confidence: number;
  reason: string;
}

export interface ChannelMapping {
  name: string;
  spend: string;
  exposure?: string;
  reach?: string;
  frequency?: string;
  unit?: string;
}

export interface OrganicMapping {
  name: string;
  exposure?: string;
  reach?: string;
  frequency?: string;
  unit?: string;
}

export interface Mapping {
  version: number;
  currency?: string;
  missing?: "refuse" | "zero";
  granularity?: Granularity;
  aggregate?: Granularity;
  controls?: string[];
  treatments?: string[];
  events?: string[];
  ignored?: string[];
  file?: Record<string, unknown>;
  date: { column: string; format?: string };
  window?: { start?: string; end?: string };
  geo?: { column: string; population?: string };
  long?: { channel?: string; metrics?: string[]; variable?: string; value?: string };
  kpi: { column: string; kind: "revenue" | "count"; revenue_per_unit?: number | string };
  channels: ChannelMapping[];
  organic?: OrganicMapping[];
}

export interface SeriesTotal {
  of: "kpi" | "spend" | "exposure" | "organic";
  name: string;
  column: string;
  unit: string;
  by_month: number[];
  total: number;
}

/** "Does this match?": months as `yyyy-mm`. */
export interface Totals {
  months: string[];
  series: SeriesTotal[];
}

export interface PanelShape {
  granularity: Granularity;
  periods: number;
  first: string;
  last: string;
  geos: number;
  channels: number;
  organic: number;
  fingerprint: string;
}

/** `GET /api/uploads/{id}/description`. */
export interface Description {
  schema: string;
  sentence: string;
  ready: boolean;
  source: {
    file: string;
    bytes: number;
    format: "delimited" | "workbook" | "parquet";
    delimiter?: string;
    encoding?: string;
    sheet?: string;
    header_line?: number;
  };
  /** Sheets of a workbook, in order; empty for other files. */
  sheets?: string[];
  rows: number;
  columns: ColumnProposal[];
  /** At most three, which the file cannot answer. */
  questions: string[];
  panel: PanelShape | null;
  totals: Totals | null;
  findings: DataFinding[];
  mapping: Mapping;
  /** First rows as they stand in the file, header apart. */
  preview: { columns: string[]; rows: (string | null)[][] };
}

/** `POST /api/uploads/{id}/check`. */
export interface Check {
  valid: boolean;
  sentence: string;
  problems: DataFinding[];
  totals: Totals | null;
  quality: Quality;
  panel: PanelShape | null;
}

/** The quality card; `allows` is the ladder of what this much data is enough for. */
export interface Quality {
  verdict: "ok" | "review" | "fail";
  /** 0..100. */
  score: number | null;
  findings: DataFinding[];
  allows: Allowance[];
}

export interface Allowance {
  key: string;
  title: string;
  sentence: string;
  /** Periods that it takes; 0 for any. */
  needs: number;
  allowed: boolean;
}
