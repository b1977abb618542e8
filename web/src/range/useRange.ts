import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";

import { rangeOf, said } from "./search";
import type { RangeSearch } from "./search";

export interface RangeState {
  /** As the address has it. */
  range: RangeSearch;
  /** Changes the address; what becomes undefined leaves it. */
  set: (change: Partial<RangeSearch>) => void;
}

/** The range and the filters of the page that is open. */
export function useRange(): RangeState {
  const search: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  const set = useCallback(
    (change: Partial<RangeSearch>) => {
      const next = (before: Record<string, unknown>) => ({ ...before, ...change });
      // Every page that reads a range has one in its address; the router cannot know which is open.
      void navigate({ to: ".", search: next as never, resetScroll: false });
    },
    [navigate],
  );
  const key = JSON.stringify(said(rangeOf(search)));
  const range = useMemo(() => JSON.parse(key) as RangeSearch, [key]);
  return { range, set };
}
