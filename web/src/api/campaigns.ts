import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { said } from "../range/search";
import type { RangeSearch, TimeSearch } from "../range/search";
import { get, keepOf } from "./client";
import type { Page } from "./client";
import type { Wire } from "./wire";

export type Campaign = Wire<"CampaignView">;
export type CampaignSeries = Wire<"CampaignSeries">;
/** All campaigns of a filter together, and what they can be filtered by. */
export type CampaignSummary = Wire<"CampaignSummary">;

/** Pages that are read at most: more campaigns than this nobody reads in one table. */
const PAGES = 10;

export interface Campaigns {
  items: Campaign[];
  /** Whether there are more than were read. */
  more: boolean;
}

const queryOf = ({ last, from, to, compare, channel, platform }: RangeSearch) => said({ last, from, to, compare, channel, platform });
const daysOf = ({ last, from, to, compare }: TimeSearch) => said({ last, from, to, compare });

/** Every campaign of the filter, newest first; what is sorted by is the page's. */
export function useCampaigns(range: RangeSearch) {
  const query = queryOf(range);
  return useQuery({
    queryKey: ["campaigns", "list", query],
    queryFn: async ({ signal }): Promise<Campaigns> => {
      const items: Campaign[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < PAGES; page += 1) {
        const read = await get<Page<Campaign>>("/campaigns", { ...query, cursor }, signal);
        items.push(...read.items);
        cursor = read.next ?? undefined;
        if (!cursor) break;
      }
      return { items, more: cursor !== undefined };
    },
    placeholderData: keepPreviousData,
  });
}

export function useCampaignSummary(range: RangeSearch) {
  const query = queryOf(range);
  return useQuery({
    queryKey: ["campaigns", "summary", query],
    queryFn: ({ signal }) => get<CampaignSummary>("/campaigns/summary", query, signal),
    placeholderData: keepPreviousData,
  });
}

export function useCampaign(id: string, range: TimeSearch) {
  const query = daysOf(range);
  return useQuery({
    queryKey: ["campaigns", id, query],
    queryFn: ({ signal }) => get<Campaign>(`/campaigns/${id}`, query, signal),
    placeholderData: keepOf(id),
  });
}

export function useCampaignSeries(id: string, range: TimeSearch) {
  const query = daysOf(range);
  return useQuery({
    queryKey: ["campaigns", id, "series", query],
    queryFn: ({ signal }) => get<CampaignSeries>(`/campaigns/${id}/series`, query, signal),
    placeholderData: keepOf(id),
  });
}
