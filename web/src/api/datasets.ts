import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { said } from "../range/search";
import type { RangeSearch } from "../range/search";
import { get, keepOf, post, remove } from "./client";
import type { Page } from "./client";
import type { Mapping, Quality, Totals } from "./description";
import type { Wire } from "./wire";

export type Dataset = Wire<"DatasetView">;
/** Series per period, of all regions or one; spend in money, exposure in its own unit. */
export type DatasetSeries = Wire<"SeriesView">;

const KEY = "datasets";

export function useDatasets() {
  return useQuery({
    queryKey: [KEY],
    queryFn: ({ signal }) => get<Page<Dataset>>("/datasets", undefined, signal),
  });
}

export function useDataset(id: string) {
  return useQuery({
    queryKey: [KEY, id],
    queryFn: ({ signal }) => get<Dataset>(`/datasets/${id}`, undefined, signal),
  });
}

function part<T>(name: string) {
  return function usePart(id: string) {
    return useQuery({
      queryKey: [KEY, id, name],
      queryFn: ({ signal }) => get<T>(`/datasets/${id}/${name}`, undefined, signal),
      staleTime: Infinity,
    });
  };
}

/** Everything where no range is said. */
export function useDatasetSeries(id: string, { last, from, to, geo }: RangeSearch = {}) {
  const query = said({ last, from, to, geo });
  return useQuery({
    queryKey: [KEY, id, "series", query],
    queryFn: ({ signal }) => get<DatasetSeries>(`/datasets/${id}/series`, query, signal),
    placeholderData: keepOf(id),
  });
}
export const useDatasetTotals = part<Totals>("totals");
export const useDatasetQuality = part<Quality>("quality");

/** What the columns of an import were taken for. */
export const readMapping = (id: string) => get<Mapping>(`/datasets/${id}/mapping`);

export function useAcceptDataset() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (form: { upload: string; mapping: Mapping; name: string }) =>
      post<Dataset>("/datasets", form),
    onSuccess: () => client.invalidateQueries(),
  });
}

/** Undoes an import; models that were fitted on it keep their answers. */
export function useUndoImport() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => remove(`/datasets/${id}`),
    onSuccess: (_, id) => {
      client.removeQueries({ queryKey: [KEY, id] });
      return client.invalidateQueries();
    },
  });
}
