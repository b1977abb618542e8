// The constraint builder: what people enter, and the question that it becomes (`plan.toml` as JSON).

import type { Amount, ChannelLimits, Objective, PlanQuestion } from "../../api/plan";

export type BudgetKind = "same" | "total" | "range" | "free";
export type Goal = "outcome" | "profit" | "cautious" | "goal" | "target-roas" | "target-cpa" | "target-mroi";

/** Empty is no limit. */
export type Entry = number | "";

export interface Limits {
  min: Entry;
  max: Entry;
  lock: boolean;
}

export interface GroupEntry {
  name: string;
  channels: string[];
  min: Entry;
  max: Entry;
}

export interface RatioEntry {
  channel: string;
  to: string;
  min: Entry;
  max: Entry;
}

export interface Builder {
  budget: BudgetKind;
  least: Entry;
  most: Entry;
  horizon: Entry;
  goal: Goal;
  /** The number that the goal needs: a target, or the share of the worst cases. */
  target: Entry;
  margin: Entry;
  /** Whether channel limits are per cent of now, or money. */
  unit: "percent" | "money";
  /** Limits of every channel without its own, in per cent of now. */
  every: { min: Entry; max: Entry };
  channels: Record<string, Limits>;
  groups: GroupEntry[];
  ratios: RatioEntry[];
  /** Per cent per period. */
  ramp: { up: Entry; down: Entry };
}

export const START: Builder = {
  budget: "same",
  least: "",
  most: "",
  horizon: "",
  goal: "outcome",
  target: "",
  margin: "",
  unit: "percent",
  every: { min: 50, max: 150 },
  channels: {},
  groups: [],
  ratios: [],
  ramp: { up: "", down: "" },
};

export type Action =
  | { set: Partial<Builder> }
  | { channel: string; limits: Partial<Limits> }
  | { group: number; change: Partial<GroupEntry> | null }
  | { ratio: number; change: Partial<RatioEntry> | null }
  | { add: "group" | "ratio"; channels: string[] };

/** Periods of a quarter: what the planner takes when no horizon is given. */
export const QUARTER = { day: 91, week: 13, month: 3 } as const;

const NO_LIMITS: Limits = { min: "", max: "", lock: false };

/** A changed entry, or none where the change is null. */
function changed<T>(list: T[], index: number, change: Partial<T> | null): T[] {
  return change === null
    ? list.filter((_, i) => i !== index)
    : list.map((entry, i) => (i === index ? { ...entry, ...change } : entry));
}

export function build(state: Builder, action: Action): Builder {
  if ("set" in action) {
    // Limits in per cent mean nothing as money, so a change of unit clears them.
    const cleared = action.set.unit && action.set.unit !== state.unit
      ? Object.fromEntries(Object.entries(state.channels).map(([n, l]) => [n, { ...l, min: "" as const, max: "" as const }]))
      : state.channels;
    return { ...state, channels: cleared, ...action.set };
  }
  if ("limits" in action) {
    const before = state.channels[action.channel] ?? NO_LIMITS;
    return { ...state, channels: { ...state.channels, [action.channel]: { ...before, ...action.limits } } };
  }
  if ("group" in action) return { ...state, groups: changed(state.groups, action.group, action.change) };
  if ("ratio" in action) return { ...state, ratios: changed(state.ratios, action.ratio, action.change) };
  const [first = "", second = ""] = action.channels;
  return action.add === "group"
    ? { ...state, groups: [...state.groups, { name: `group ${state.groups.length + 1}`, channels: [], min: "", max: "" }] }
    : { ...state, ratios: [...state.ratios, { channel: first, to: second, min: "", max: "" }] };
}

export const limitsOf = (state: Builder, channel: string): Limits => state.channels[channel] ?? NO_LIMITS;

const percent = (value: Entry): Amount | undefined =>
  value === "" ? undefined : { "of-current": value / 100 };
const money = (value: Entry): Amount | undefined => (value === "" ? undefined : value);

/** Drops what was left open, so that the server's defaults hold. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
}

function objectiveOf(state: Builder): Objective {
  const target = state.target === "" ? 0 : state.target;
  switch (state.goal) {
    case "cautious":
      return { cautious: { level: (target || 25) / 100, weight: 0 } };
    case "goal":
      return { goal: { least: target } };
    case "target-roas":
      return { "target-roas": { least: target } };
    case "target-cpa":
      return { "target-cpa": { most: target } };
    case "target-mroi":
      return { "target-mroi": { least: target } };
    default:
      return state.goal;
  }
}

function budgetOf(state: Builder): PlanQuestion["budget"] {
  if (state.budget === "total" && state.most !== "") return { least: state.most, most: state.most };
  if (state.budget === "range") {
    return defined({ least: state.least === "" ? 0 : state.least, most: state.most === "" ? undefined : state.most });
  }
  return state.budget === "free" ? { least: 0 } : undefined;
}

/** A channel's own limits replace those of every channel, so what it leaves open is filled from them. */
function channelOf(state: Builder, limits: Limits): ChannelLimits | undefined {
  if (limits.lock) return { lock: true };
  if (limits.min === "" && limits.max === "") return undefined;
  const own = state.unit === "percent" ? percent : money;
  return defined({
    min: own(limits.min) ?? percent(state.every.min),
    max: own(limits.max) ?? percent(state.every.max),
  });
}

export function questionOf(state: Builder): PlanQuestion {
  const channel: Record<string, ChannelLimits> = {};
  for (const [name, limits] of Object.entries(state.channels)) {
    const own = channelOf(state, limits);
    if (own) channel[name] = own;
  }
  const every = defined({ min: percent(state.every.min), max: percent(state.every.max) });
  const ramp = defined({
    up: state.ramp.up === "" ? undefined : state.ramp.up / 100,
    down: state.ramp.down === "" ? undefined : state.ramp.down / 100,
  });
  return defined({
    version: 1 as const,
    budget: budgetOf(state),
    horizon: state.horizon === "" ? undefined : state.horizon,
    objective: objectiveOf(state),
    margin: state.margin === "" ? undefined : state.margin / 100,
    "every-channel": Object.keys(every).length > 0 ? every : undefined,
    channel: Object.keys(channel).length > 0 ? channel : undefined,
    group: state.groups.length === 0 ? undefined : state.groups
      .filter((g) => g.channels.length > 0)
      .map((g) => defined({ name: g.name, channels: g.channels, min: money(g.min), max: money(g.max) })),
    ratio: state.ratios.length === 0 ? undefined : state.ratios.map((r) =>
      defined({ channel: r.channel, to: r.to, min: r.min === "" ? undefined : r.min, max: r.max === "" ? undefined : r.max })),
    ramp: Object.keys(ramp).length > 0 ? [ramp] : undefined,
  });
}

/** What is missing before it can be asked; null when nothing is. */
export function missing(state: Builder): string | null {
  if (state.budget === "total" && state.most === "") return "Enter the budget.";
  if (state.budget === "range" && state.least !== "" && state.most !== "" && state.least > state.most) {
    return "The least budget is above the most.";
  }
  if (["goal", "target-roas", "target-cpa", "target-mroi"].includes(state.goal) && state.target === "") {
    return "Enter the target.";
  }
  if (state.goal === "profit" && state.margin === "") return "Enter the margin.";
  if (state.groups.some((g) => g.channels.length === 0)) return "Choose the channels of each group.";
  if (state.ratios.some((r) => r.channel === r.to)) return "A ratio needs two channels.";
  return null;
}
