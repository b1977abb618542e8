import { useComputedColorScheme } from "@mantine/core";

import type { Scheme } from "../theme/palette";

/** The scheme in force, for charts that cannot read CSS variables. */
export function useScheme(): Scheme {
  return useComputedColorScheme("light", { getInitialValueInEffect: false });
}
