import { Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { Problem } from "./Problem";

interface Props<T> {
  query: UseQueryResult<T>;
  /** Height of what will stand here, so that nothing jumps. */
  height?: number;
  children: (data: T) => ReactNode;
}

/** Loads alone: a slow part does not hold up the rest of the page. */
export function Loaded<T>({ query, height = 160, children }: Props<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) return <Problem error={query.error} retry={() => void query.refetch()} />;
  return <Skeleton height={height} radius={4} animate={false} aria-label="Loading" role="status" />;
}
