import { useQuery } from "@tanstack/react-query";

import { get } from "./client";
import type { Estimate, Granularity, Reference } from "./common";
import type { Allowance } from "./description";

/** `GET /api/dashboard/summary`: everything Home shows. */
export interface Dashboard {
  /** The answer in one sentence; null before there is data. */
  sentence: string | null;
  dataset: Reference | null;
  /** The published model. */
  model: Reference | null;
  currency: string | null;
  outcome_unit: string;
  outcome_is_money: boolean;
  granularity: Granularity;
  freshness: { data_until: string; imported_at: string; state: "fresh" | "late" | "old" } | null;
  /** The last `periods` beside as many before them. */
  window: { periods: number; from: string; to: string } | null;
  kpi: {
    name: string;
    dates: string[];
    values: number[];
    total: number;
    before: number | null;
  } | null;
  spend: {
    dates: string[];
    channels: { name: string; values: number[]; total: number; before: number | null }[];
    total: number;
    before: number | null;
  } | null;
  efficiency: {
    channel: string;
    spend: number;
    share: number;
    /** From the published model; null without one. */
    roi: Estimate | null;
    mroi: Estimate | null;
    /** Money per unit of exposure in the window, and in the one before. */
    cost: { value: number; before: number | null; unit: string } | null;
  }[];
  mover: { channel: string; sentence: string } | null;
  allows: Allowance[];
  needs: { kind: string; title: string; sentence: string; link: string; at: string }[];
}

export function useDashboard() {
  return useQuery({
    queryKey: ["dashboard"],
    queryFn: ({ signal }) => get<Dashboard>("/dashboard/summary", undefined, signal),
  });
}
