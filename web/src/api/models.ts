import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { get, post, remove } from "./client";
import type { Page } from "./client";
import type { Reference, Verdict } from "./common";
import type { Comparison, Summary } from "./summary";

export type Method = "nuts" | "laplace" | "pathfinder" | "ridge";
export type Preset = "outlay" | "meridian" | "pymc-marketing";
export type ModelState = "queued" | "running" | "ready" | "failed" | "cancelled";

export interface Model {
  id: string;
  name: string;
  version: number;
  state: ModelState;
  dataset: Reference;
  preset: string;
  method: Method;
  seed: number;
  /** The model whose numbers Home and Plan show. */
  published: boolean;
  published_at?: string | null;
  health: { verdict: Verdict; score: number } | null;
  sentence: string | null;
  job: string | null;
  created_at: string;
  finished_at?: string | null;
  created_by?: string | null;
}

export interface FitForm {
  dataset: string;
  preset: Preset;
  method: Method;
  seed?: number;
}

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
    mutationFn: (form: FitForm) => post<{ model: string; job: string }>("/models", form),
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
