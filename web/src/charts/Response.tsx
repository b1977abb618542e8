// A response curve: bands, solid where spend was observed and dashed beyond; a dot where we are, a
// ring where the plan goes, and the slope there as a short tangent, labelled "next euro".

import { useMemo } from "react";

import type { Scheme } from "../theme/palette";
import { INK } from "../theme/palette";
import { EChart } from "./EChart";
import type { Option } from "./echarts";
import { useScheme } from "./scheme";
import { axes, band, tipHtml } from "./style";

export interface CurvePoint {
  spend: number;
  q05: number;
  q25: number;
  q50: number;
  q75: number;
  q95: number;
}

export interface CurveMark {
  spend: number;
  name: string;
}

interface Props {
  title: string;
  colour: string;
  points: CurvePoint[];
  /** Spend up to which it was tried. */
  observedTo: number;
  now: CurveMark & { slope: number | null; slopeLabel: string };
  plan?: CurveMark;
  spendUnit: string;
  outcomeUnit: string;
  money: (value: number) => string;
  outcome: (value: number) => string;
  height?: number;
}

/** The value of a served curve at a spend between two of its points. */
export function valueAt(points: CurvePoint[], spend: number, key: keyof CurvePoint = "q50"): number {
  const after = points.findIndex((p) => p.spend >= spend);
  if (after <= 0) return points[after < 0 ? points.length - 1 : 0]?.[key] ?? NaN;
  const [a, b] = [points[after - 1]!, points[after]!];
  const share = (spend - a.spend) / (b.spend - a.spend || 1);
  return a[key] + share * (b[key] - a[key]);
}

function optionOf(props: Props, scheme: Scheme): Option {
  const { points, observedTo, now, plan, colour, money, outcome } = props;
  const ink = INK[scheme];
  const style = axes(scheme);
  const line = (key: keyof CurvePoint) => points.map((p) => [p.spend, p[key]] as [number, number]);
  const edge: [number, number] = [observedTo, valueAt(points, observedTo)];
  const last = points[points.length - 1]?.spend ?? 1;
  const most = Math.max(...points.map((p) => p.q95), 0);
  const solid = [...line("q50").filter(([x]) => x < observedTo), ...(observedTo < last ? [edge] : [])];
  const dashed = [edge, ...line("q50").filter(([x]) => x > observedTo)];
  const y0 = valueAt(points, now.spend);
  const reach = last * 0.11;
  const tangent = now.slope === null ? [] : [
    [now.spend - reach, y0 - reach * now.slope],
    [now.spend + reach, y0 + reach * now.slope],
  ];
  const curve = { type: "line" as const, showSymbol: false, silent: true, z: 3, itemStyle: { color: colour } };
  return {
    grid: { left: 4, right: 18, top: 30, bottom: 22, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    tooltip: {
      ...style.tooltip,
      formatter: (items: unknown) => {
        const list = items as { axisValue: number }[];
        const spend = Number(list[0]?.axisValue ?? 0);
        const rows: [string, string][] = [
          ["brings", outcome(valueAt(points, spend))],
          ["50 %", `${outcome(valueAt(points, spend, "q25"))} – ${outcome(valueAt(points, spend, "q75"))}`],
          ["90 %", `${outcome(valueAt(points, spend, "q05"))} – ${outcome(valueAt(points, spend, "q95"))}`],
        ];
        if (spend > observedTo) rows.push(["beyond what was tried", ""]);
        return tipHtml(money(spend), rows);
      },
    },
    xAxis: {
      type: "value", min: 0, max: last, name: props.spendUnit, nameLocation: "end", ...style.x,
      nameTextStyle: { color: ink.quiet, fontSize: 12, align: "right", verticalAlign: "top", padding: [22, 0, 0, 0] },
      nameGap: 0,
      axisLabel: { ...style.label, formatter: (v: number) => money(v), showMaxLabel: false },
    },
    yAxis: {
      type: "value", min: 0, max: most * 1.02 || 1, name: props.outcomeUnit, ...style.y,
      axisLabel: { ...style.label, formatter: (v: number) => outcome(v), showMaxLabel: false },
    },
    series: [
      // Invisible, but what the pointer and the arrow keys step along.
      { type: "line", name: "curve", data: line("q50"), showSymbol: false, lineStyle: { opacity: 0 }, itemStyle: { color: colour }, z: 2 },
      band("90 %", line("q05"), line("q95"), colour, 0.17),
      band("50 %", line("q25"), line("q75"), colour, 0.26),
      { ...curve, name: "observed", data: solid, lineStyle: { color: colour, width: 2.4 }, tooltip: { show: false } },
      { ...curve, name: "beyond", data: dashed, lineStyle: { color: colour, width: 2.2, type: [2, 5], cap: "round" }, tooltip: { show: false } },
      { ...curve, name: "slope", data: tangent, lineStyle: { color: ink.ink, width: 1.8 }, z: 5, tooltip: { show: false } },
      {
        type: "scatter", name: "where", silent: true, z: 6, tooltip: { show: false },
        data: [
          {
            value: [now.spend, y0], symbolSize: 10, itemStyle: { color: colour, borderColor: ink.ground, borderWidth: 1.6 },
            label: {
              show: true, position: "bottom", distance: 10, align: now.spend > last * 0.6 ? "right" : "left",
              color: ink.ink, fontSize: 12.5, textBorderColor: ink.ground, textBorderWidth: 3,
              formatter: now.slopeLabel ? `${now.name} · ${now.slopeLabel}` : now.name,
            },
          },
          ...(plan ? [{
            value: [plan.spend, valueAt(points, plan.spend)], symbolSize: 14,
            itemStyle: { color: "transparent", borderColor: ink.ink, borderWidth: 2 },
            label: { show: true, position: "top", distance: 8, color: ink.ink, fontSize: 12.5, textBorderColor: ink.ground, textBorderWidth: 3, formatter: plan.name },
          }] : []),
        ],
      },
    ],
  };
}

export function Response(props: Props) {
  const scheme = useScheme();
  const { title, colour, points, observedTo, now, plan, spendUnit, outcomeUnit, money, outcome, height = 320 } = props;
  const option = useMemo(
    () => optionOf({ title, colour, points, observedTo, now, plan, spendUnit, outcomeUnit, money, outcome }, scheme),
    [title, colour, points, observedTo, now, plan, spendUnit, outcomeUnit, money, outcome, scheme],
  );
  return (
    <EChart
      title={title}
      option={option}
      height={height}
      points={points.length}
      series={0}
      say={(i) => {
        const p = points[i]!;
        return `${money(p.spend)} brings ${outcome(p.q50)} (${outcome(p.q05)} to ${outcome(p.q95)})`;
      }}
    />
  );
}
