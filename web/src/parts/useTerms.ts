import { useMemo } from "react";

import { Numbers } from "../format/number";
import { Terms } from "../format/terms";
import type { Units } from "../format/terms";

/** Words and number formats for one document. */
export function useTerms(units: Units): Terms {
  const { currency, outcome_is_money, outcome_unit } = units;
  return useMemo(
    () => new Terms({ currency, outcome_is_money, outcome_unit }, new Numbers()),
    [currency, outcome_is_money, outcome_unit],
  );
}
