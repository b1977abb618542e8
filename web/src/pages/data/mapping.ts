// Edits of a mapping: giving a column another role moves it, and keeps channels whole.

import type { ColumnProposal, Mapping, Role } from "../../api/description";

/** Roles that a reader can give; the others come from the shape of the file. */
export const ROLES: { value: Role; label: string }[] = [
  { value: "date", label: "Date" },
  { value: "geo", label: "Region" },
  { value: "population", label: "People per region" },
  { value: "revenue", label: "Outcome, in money" },
  { value: "count", label: "Outcome, a count" },
  { value: "revenue-per-unit", label: "Revenue per outcome" },
  { value: "spend", label: "Spend" },
  { value: "exposure", label: "Exposure" },
  { value: "reach", label: "Reach" },
  { value: "frequency", label: "Frequency" },
  { value: "organic", label: "Organic media" },
  { value: "control", label: "Control" },
  { value: "treatment", label: "Price, promotion" },
  { value: "event", label: "Event" },
  { value: "ignored", label: "Left out" },
];

const NAMED: Role[] = ["spend", "exposure", "reach", "frequency", "organic"];

export const needsChannel = (role: Role) => NAMED.includes(role);

/** Roles as the table shows them: what the mapping says now, in the order of the columns. */
export function rolesOf(mapping: Mapping, columns: ColumnProposal[]): ColumnProposal[] {
  return columns.map((column) => {
    const found = roleOf(mapping, column.column);
    if (!found) return column;
    const same = found.role === column.role && (found.channel ?? column.channel) === column.channel;
    return same ? column : { column: column.column, ...found, confidence: 1, reason: "as you said" };
  });
}

function roleOf(mapping: Mapping, name: string): { role: Role; channel?: string } | null {
  if (mapping.date.column === name) return { role: "date" };
  if (mapping.geo?.column === name) return { role: "geo" };
  if (mapping.geo?.population === name) return { role: "population" };
  if (mapping.kpi.column === name) return { role: mapping.kpi.kind };
  if (mapping.kpi.revenue_per_unit === name) return { role: "revenue-per-unit" };
  for (const channel of mapping.channels ?? []) {
    for (const role of ["spend", "exposure", "reach", "frequency"] as const) {
      if (channel[role] === name) return { role, channel: channel.name };
    }
  }
  for (const organic of mapping.organic ?? []) {
    if (organic.exposure === name || organic.reach === name) return { role: "organic", channel: organic.name };
    if (organic.frequency === name) return { role: "frequency", channel: organic.name };
  }
  if (mapping.controls?.includes(name)) return { role: "control" };
  if (mapping.treatments?.includes(name)) return { role: "treatment" };
  if (mapping.events?.includes(name)) return { role: "event" };
  if (mapping.ignored?.includes(name)) return { role: "ignored" };
  return null;
}

const without = (list: string[] | undefined, name: string) => (list ?? []).filter((c) => c !== name);

/** The mapping without a column. A channel that loses its spend is gone with what belonged to it. */
function removed(mapping: Mapping, name: string): Mapping {
  const orphans: string[] = [];
  const channels = (mapping.channels ?? [])
    .filter((channel) => {
      if (channel.spend !== name) return true;
      for (const rest of [channel.exposure, channel.reach, channel.frequency]) if (rest) orphans.push(rest);
      return false;
    })
    .map((channel) => {
      const kept = { ...channel };
      if (kept.exposure === name) {
        delete kept.exposure;
        delete kept.unit;
      }
      if (kept.reach === name) delete kept.reach;
      if (kept.frequency === name) delete kept.frequency;
      return kept;
    });
  const next: Mapping = {
    ...mapping,
    controls: without(mapping.controls, name),
    treatments: without(mapping.treatments, name),
    events: without(mapping.events, name),
    ignored: [...without(mapping.ignored, name), ...orphans],
    channels,
    organic: (mapping.organic ?? []).filter((o) => o.exposure !== name && o.reach !== name),
  };
  if (mapping.geo?.column === name) delete next.geo;
  else if (mapping.geo?.population === name) next.geo = { column: mapping.geo.column };
  if (mapping.kpi.revenue_per_unit === name) {
    next.kpi = { column: mapping.kpi.column, kind: mapping.kpi.kind };
  }
  return next;
}

/** Gives a column a role. Dates and outcome change places: what had the role before is left out. */
export function assign(mapping: Mapping, name: string, role: Role, channel?: string): Mapping {
  const next = removed(mapping, name);
  const called = channel?.trim() || name;
  const leaveOut = (old: string) => {
    if (old && old !== name) next.ignored = [...without(next.ignored, old), old];
  };
  switch (role) {
    case "date":
      leaveOut(mapping.date.column);
      next.date = { column: name };
      break;
    case "geo":
      next.geo = { column: name };
      break;
    case "population":
      if (next.geo) next.geo = { ...next.geo, population: name };
      break;
    case "revenue":
    case "count":
      leaveOut(mapping.kpi.column);
      next.kpi = { column: name, kind: role };
      break;
    case "revenue-per-unit":
      next.kpi = { ...next.kpi, revenue_per_unit: name };
      break;
    case "spend":
      next.channels = [...(next.channels ?? []), { name: called, spend: name }];
      break;
    case "exposure":
    case "reach":
    case "frequency":
      next.channels = next.channels?.map((c) => (c.name === called ? { ...c, [role]: name } : c));
      if (!next.channels?.some((c) => c.name === called)) next.ignored = [...(next.ignored ?? []), name];
      break;
    case "organic":
      next.organic = [...(next.organic ?? []), { name: called, exposure: name }];
      break;
    case "control":
      next.controls = [...(next.controls ?? []), name];
      break;
    case "treatment":
      next.treatments = [...(next.treatments ?? []), name];
      break;
    case "event":
      next.events = [...(next.events ?? []), name];
      break;
    default:
      next.ignored = [...without(next.ignored, name), name];
  }
  return next;
}

/** Renames a channel everywhere; a name that is taken joins nothing and is refused. */
export function rename(mapping: Mapping, from: string, to: string): Mapping {
  const name = to.trim();
  const taken = [...(mapping.channels ?? []), ...(mapping.organic ?? [])].some((c) => c.name === name);
  if (!name || taken) return mapping;
  const change = <T extends { name: string }>(list: T[]) =>
    list.map((c) => (c.name === from ? { ...c, name } : c));
  return {
    ...mapping,
    channels: mapping.channels && change(mapping.channels),
    organic: mapping.organic && change(mapping.organic),
  };
}
