import { useQuery } from "@tanstack/react-query";

import { get } from "./client";
import type { Page } from "./client";

/** Money in `currency`; ratios are ratios of sums over the range. */
export interface Campaign {
  id: string;
  name: string;
  platform: string;
  channel: string;
  status: string;
  currency: string | null;
  budget: number | null;
  spend: number;
  outcome: number | null;
  outcome_unit: string | null;
  outcome_is_money: boolean;
  /** Spend per period, oldest first, for the small line. */
  trend: number[];
  from: string | null;
  to: string | null;
}

export interface CampaignSeries {
  dates: string[];
  metrics: { name: string; unit: string; is_money: boolean; values: (number | null)[] }[];
  /** Changes that were made, to be marked on the line. */
  changes: { date: string; sentence: string }[];
}

export interface CampaignFilter {
  platform?: string;
  channel?: string;
  status?: string;
  search?: string;
  cursor?: string;
}

export function useCampaigns(filter: CampaignFilter) {
  return useQuery({
    queryKey: ["campaigns", "list", filter],
    queryFn: ({ signal }) => get<Page<Campaign>>("/campaigns", { ...filter }, signal),
    placeholderData: (before) => before,
  });
}

export function useCampaign(id: string) {
  return useQuery({
    queryKey: ["campaigns", id],
    queryFn: ({ signal }) => get<Campaign>(`/campaigns/${id}`, undefined, signal),
  });
}

export function useCampaignSeries(id: string) {
  return useQuery({
    queryKey: ["campaigns", id, "series"],
    queryFn: ({ signal }) => get<CampaignSeries>(`/campaigns/${id}/series`, undefined, signal),
  });
}
