// What a file holds and the mapping that says what its columns mean.

import type { Wire } from "./wire";

export type Role = Wire<"ColumnRole">;
export type ColumnProposal = Wire<"ColumnProposal">;
export type ChannelMapping = Wire<"ChannelMapping">;
export type OrganicMapping = Wire<"OrganicMapping">;
export type Mapping = Wire<"ColumnMapping">;
export type SeriesTotal = Wire<"SeriesTotal">;
/** "Does this match?": months as `yyyy-mm`. */
export type Totals = Wire<"DataTotals">;
/** `GET /api/uploads/{id}/description`. */
export type Description = Wire<"DescriptionView">;
/** `POST /api/uploads/{id}/check`. */
export type Check = Wire<"CheckView">;
/** The quality card; `allows` is the ladder of what this much data is enough for. */
export type Quality = Wire<"QualityView">;
export type Allowance = Wire<"Rung">;
