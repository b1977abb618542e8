// What all drawn-by-library charts share: axes without decoration, bands, and safe tooltips.

import type { CustomSeriesOption } from "echarts/charts";
import type { CustomSeriesRenderItem } from "echarts";

import { INK } from "../theme/palette";
import type { Scheme } from "../theme/palette";

export const escape = (text: string) =>
  text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** Rows of a tooltip: a title, then name and value; classes only, so that no inline style is needed. */
export function tipHtml(title: string, rows: [string, string][]): string {
  const lines = rows.map(
    ([name, value]) => `<div>${escape(name)} <span class="value">${escape(value)}</span></div>`,
  );
  return `<div class="chart-tip"><b>${escape(title)}</b>${lines.join("")}</div>`;
}

export function axes(scheme: Scheme) {
  const ink = INK[scheme];
  const label = { color: ink.quiet, fontSize: 12, hideOverlap: true };
  return {
    label,
    x: {
      axisLine: { lineStyle: { color: ink.axis }, onZero: true },
      axisTick: { show: false },
      splitLine: { show: false },
      axisLabel: label,
    },
    y: {
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: ink.hair } },
      axisLabel: label,
      nameTextStyle: { color: ink.quiet, fontSize: 12, align: "left" as const },
      nameGap: 12,
    },
    tooltip: {
      trigger: "axis" as const,
      backgroundColor: ink.ground,
      borderColor: ink.axis,
      borderWidth: 1,
      padding: [6, 10],
      confine: true,
      transitionDuration: 0,
      axisPointer: { type: "line" as const, lineStyle: { color: ink.quiet, type: "solid" as const, width: 1 } },
    },
  };
}

type Point = [number, number];

/** A band between two lines, as one polygon. */
export function band(
  name: string,
  low: Point[],
  high: Point[],
  colour: string,
  opacity: number,
): CustomSeriesOption {
  const outline = [...low, ...[...high].reverse()];
  const renderItem: CustomSeriesRenderItem = (_, api) => ({
    type: "polygon",
    shape: { points: outline.map((point) => api.coord(point)) },
    style: { fill: colour, opacity },
    silent: true,
  });
  return {
    type: "custom",
    name,
    renderItem,
    // One datum carries the whole shape; all points are here so that the axis holds them.
    data: [outline[0] ?? [0, 0]],
    silent: true,
    tooltip: { show: false },
    clip: true,
    z: 1,
  };
}

const DAY = /^\d{4}-\d{2}-\d{2}/;

export const stamp = (day: string): number => Date.parse(DAY.test(day) ? `${day.slice(0, 10)}T00:00:00Z` : day);

/** Spans shorter than this many milliseconds have days at their axis: months would repeat. */
const DAYS = 200 * 86_400_000;

/** Labels of a time axis: the year where it begins, months otherwise; days where `dates` are few. */
export function timeLabel(value: number, dates: readonly string[] = [], locale?: string): string {
  const date = new Date(value);
  if (dates.length > 1 && stamp(dates[dates.length - 1]!) - stamp(dates[0]!) < DAYS) {
    return date.toLocaleDateString(locale, { day: "numeric", month: "short", timeZone: "UTC" });
  }
  const first = date.getUTCMonth() === 0 && date.getUTCDate() < 8;
  return date.toLocaleDateString(
    locale,
    first ? { year: "numeric", timeZone: "UTC" } : { month: "short", timeZone: "UTC" },
  );
}
