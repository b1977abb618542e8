import { useQuery } from "@tanstack/react-query";

import { get } from "./client";
import type { Page } from "./client";
import type { Wire } from "./wire";

export type Campaign = Wire<"CampaignView">;
export type CampaignSeries = Wire<"CampaignSeries">;

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
