import { useQuery } from "@tanstack/react-query";

import { get } from "./client";
import type { Page } from "./client";
import type { Wire } from "./wire";

export type Campaign = Wire<"CampaignView">;
export type CampaignSeries = Wire<"CampaignSeries">;

/** Pages that are read at most: more campaigns than this nobody reads in one table. */
const PAGES = 10;

export interface Campaigns {
  items: Campaign[];
  /** Whether there are more than were read. */
  more: boolean;
}

/** Every campaign, newest first; what is filtered and sorted by is the page's. */
export function useCampaigns() {
  return useQuery({
    queryKey: ["campaigns", "list"],
    queryFn: async ({ signal }): Promise<Campaigns> => {
      const items: Campaign[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < PAGES; page += 1) {
        const read = await get<Page<Campaign>>("/campaigns", { cursor }, signal);
        items.push(...read.items);
        cursor = read.next ?? undefined;
        if (!cursor) break;
      }
      return { items, more: cursor !== undefined };
    },
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
