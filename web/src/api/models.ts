import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { get, post, remove } from "./client";
import type { Page } from "./client";
import type { Comparison, Summary } from "./summary";
import type { Wire } from "./wire";

export type Method = Wire<"Method">;
export type Preset = Wire<"Preset">;
export type Model = Wire<"ModelView">;

/** What the form asks for; the server knows the rest of a fit's request. */
export type FitForm = Pick<Wire<"FitAsk">, "dataset" | "preset" | "method" | "seed">;

const KEY = "models";

export function useModels() {
  return useQuery({
    queryKey: [KEY],
    queryFn: ({ signal }) => get<Page<Model>>("/models", undefined, signal),
  });
}

export function useSummary(id: string | undefined) {
  return useQuery({
    queryKey: [KEY, id, "summary"],
    queryFn: ({ signal }) => get<Summary>(`/models/${id}/summary`, undefined, signal),
    enabled: id !== undefined,
    staleTime: Infinity,
  });
}

export function useModelComparison(left: string | undefined, right: string | undefined) {
  return useQuery({
    queryKey: [KEY, "compare", left, right],
    queryFn: ({ signal }) => get<Comparison>("/models/compare", { left, right }, signal),
    enabled: Boolean(left && right && left !== right),
    staleTime: Infinity,
  });
}

export function useFit() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (form: FitForm) => post<Wire<"FitBegun">>("/models", form),
    onSuccess: () => client.invalidateQueries({ queryKey: [KEY] }),
  });
}

export function usePublish() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => post<Model>(`/models/${id}/publish`),
    onSuccess: () => client.invalidateQueries(),
  });
}

export function useDeleteModel() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => remove(`/models/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: [KEY] }),
  });
}
