// The answers of a fit, as `GET /api/models/{id}/summary` serves them.

import type { Wire } from "./wire";

export type ResponseCurve = Wire<"ResponseCurve">;
export type ChannelSummary = Wire<"ChannelSummary">;
export type JointEffect = Wire<"JointEffect">;
export type HoldoutError = Wire<"HoldoutError">;
/** Channels stand in the order of the panel, paid ones first: the order of colours. */
export type Summary = Wire<"ModelSummary">;
/** One quantity in two answers. */
export type Pair = Wire<"EstimatePair">;
/** `GET /api/models/compare`. */
export type Comparison = Wire<"ModelComparison">;
