// The server's types by their names in its description; `schema.d.ts` is generated from it.

import type { components } from "./schema";

export type Wire<Name extends keyof components["schemas"]> = components["schemas"][Name];
