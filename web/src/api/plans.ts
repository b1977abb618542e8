import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { address, get, post, remove } from "./client";
import type { Page } from "./client";
import type { Reference } from "./common";
import type { PlanComparison, PlanDocument, PlanQuestion, Sensitivity } from "./plan";

export interface PlanRow {
  id: string;
  name: string;
  state: "queued" | "running" | "ready" | "failed" | "cancelled";
  model: Reference;
  job: string | null;
  sentence: string | null;
  /** Planned total over the horizon, in money. */
  spend: number | null;
  created_at: string;
  created_by?: string | null;
}

export interface PlanForm {
  model: string;
  name?: string;
  question: PlanQuestion;
}

const KEY = "plans";

export function usePlans() {
  return useQuery({
    queryKey: [KEY],
    queryFn: ({ signal }) => get<Page<PlanRow>>("/plans", undefined, signal),
  });
}

export function usePlan(id: string) {
  return useQuery({
    queryKey: [KEY, id],
    queryFn: ({ signal }) => get<PlanRow>(`/plans/${id}`, undefined, signal),
  });
}

export function usePlanDocument(id: string, enabled = true) {
  return useQuery({
    queryKey: [KEY, id, "document"],
    queryFn: ({ signal }) => get<PlanDocument>(`/plans/${id}/document`, undefined, signal),
    enabled,
    staleTime: Infinity,
  });
}

export function useSensitivity(id: string, enabled: boolean) {
  return useQuery({
    queryKey: [KEY, id, "sensitivity"],
    queryFn: ({ signal }) => get<Sensitivity>(`/plans/${id}/sensitivity`, undefined, signal),
    enabled,
    staleTime: Infinity,
  });
}

export function usePlanComparison(ids: string[]) {
  return useQuery({
    queryKey: [KEY, "compare", ids],
    queryFn: ({ signal }) =>
      get<PlanComparison>("/plans/compare", { ids: ids.join(",") }, signal),
    enabled: ids.length > 0,
    staleTime: Infinity,
  });
}

export function useOptimise() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (form: PlanForm) => post<{ plan: string; job: string }>("/plans", form),
    onSuccess: () => client.invalidateQueries({ queryKey: [KEY] }),
  });
}

/** One row of a plan of one's own: money over the horizon. */
export interface OwnRow {
  channel: string;
  spend: number;
}

/** Prices a plan of one's own, without searching for a better one. */
export function usePrice() {
  return useMutation({
    mutationFn: (form: { model: string; horizon?: number; rows: OwnRow[] }) =>
      post<PlanDocument>("/plans/price", form),
  });
}

export function useDeletePlan() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => remove(`/plans/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: [KEY] }),
  });
}

export const exportAddress = (id: string, format: "csv" | "html" | "json" | "xlsx") =>
  address(`/plans/${id}/export`, { format });
