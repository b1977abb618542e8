import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { get, post } from "./client";
import type { Page } from "./client";
import type { Job } from "./common";

const KEY = "jobs";

export const isOver = (job: Job | undefined): boolean =>
  job !== undefined && !["queued", "running"].includes(job.state);

/** Live events keep a job fresh; the slow poll is for when they cannot get through. */
export function useJob(id: string | null | undefined) {
  return useQuery({
    queryKey: [KEY, id],
    queryFn: ({ signal }) => get<Job>(`/jobs/${id}`, undefined, signal),
    enabled: Boolean(id),
    refetchInterval: (query) => (isOver(query.state.data) ? false : 3000),
  });
}

export function useRunningJobs() {
  return useQuery({
    queryKey: [KEY, "list", "running"],
    queryFn: ({ signal }) => get<Page<Job>>("/jobs", { state: "running" }, signal),
  });
}

export function useCancelJob() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => post<Job>(`/jobs/${id}/cancel`),
    onSuccess: (job) => {
      client.setQueryData([KEY, job.id], job);
      return client.invalidateQueries({ queryKey: [KEY, "list"] });
    },
  });
}
