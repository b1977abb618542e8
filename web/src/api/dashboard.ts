import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { said } from "../range/search";
import type { RangeSearch } from "../range/search";
import { get } from "./client";
import type { Wire } from "./wire";

/** Everything Home shows. */
export type Dashboard = Wire<"HomeView">;

/** The usual range where none is said. */
export function useDashboard({ last, from, to, compare, channel, geo }: RangeSearch = {}) {
  const query = said({ last, from, to, compare, channel, geo });
  return useQuery({
    queryKey: ["dashboard", query],
    queryFn: ({ signal }) => get<Dashboard>("/dashboard/summary", query, signal),
    placeholderData: keepPreviousData,
  });
}
