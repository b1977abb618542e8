import { useQuery } from "@tanstack/react-query";

import { get } from "./client";
import type { Wire } from "./wire";

/** Everything Home shows. */
export type Dashboard = Wire<"HomeView">;

export function useDashboard() {
  return useQuery({
    queryKey: ["dashboard"],
    queryFn: ({ signal }) => get<Dashboard>("/dashboard/summary", undefined, signal),
  });
}
