// A plan and the question behind it. Money is in units of the currency.

import type { Wire } from "./wire";

/** Money, or a multiple of what doing nothing spends, or a share of the planned total. */
export type Amount = Wire<"Amount">;
export type ChannelLimits = Wire<"ChannelLimits">;
export type Group = Wire<"Group">;
export type Ratio = Wire<"Ratio">;
export type Ramp = Wire<"Ramp">;
export type Objective = Wire<"Wanted">;
/** A plan's file as JSON, with the horizon in periods of the data. */
export type PlanQuestion = Wire<"BuiltQuestion">;
export type ChannelPlan = Wire<"ChannelPlan">;
export type PlanDocument = Wire<"PlanDocument">;
/** Which inputs decide; outcomes in the outcome's unit. */
export type Sensitivity = Wire<"StudiedView">;
/** `GET /api/plans/compare`; doing nothing comes first. */
export type PlanComparison = Wire<"ComparedView">;
