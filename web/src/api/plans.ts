import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { ApiError, address, get, post, remove } from "./client";
import type { Page } from "./client";
import type { PlanComparison, PlanDocument, PlanQuestion, Sensitivity } from "./plan";
import type { Wire } from "./wire";

export type PlanRow = Wire<"PlanView">;

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

/** The study of a plan, once it is `made`: asking earlier is refused. */
export function useSensitivity(id: string, made: boolean) {
  return useQuery({
    enabled: made,
    queryKey: [KEY, id, "sensitivity"],
    queryFn: ({ signal }) => get<Sensitivity>(`/plans/${id}/sensitivity`, undefined, signal),
    staleTime: Infinity,
  });
}

/** Whether there is no study of the plan yet, or none any more. */
export const isUnstudied = (error: unknown): boolean =>
  error instanceof ApiError && error.problem.code === "plan.study-not-ready";

export function useBeginStudy(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => post<Wire<"StudyBegun">>(`/plans/${id}/sensitivity`),
    onSuccess: () => client.invalidateQueries({ queryKey: [KEY] }),
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
    mutationFn: (form: PlanForm) => post<Wire<"PlanBegun">>("/plans", form),
    onSuccess: () => client.invalidateQueries({ queryKey: [KEY] }),
  });
}

/** Prices a plan of one's own, without searching for a better one. */
export function usePrice() {
  return useMutation({
    mutationFn: (form: Wire<"Own">) =>
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
