// An estimate over time: line with 50 and 90 % bands, what happened as a thin dark line.

import { useMemo } from "react";

import type { Band } from "../api/common";
import { formatDay } from "../format/date";
import { INK } from "../theme/palette";
import { EChart } from "./EChart";
import type { Option } from "./echarts";
import { useScheme } from "./scheme";
import { axes, band, stamp, timeLabel, tipHtml } from "./style";

interface Props {
  title: string;
  unit: string;
  dates: string[];
  actual: (number | null)[];
  expected: Band;
  /** Where a new observation would fall; the outer band where given. */
  predictive?: Band;
  heldOut?: boolean[];
  show: (value: number | null) => string;
  height?: number;
}

export function TimeBands({ title, unit, dates, actual, expected, predictive, heldOut, show, height = 300 }: Props) {
  const scheme = useScheme();
  const option = useMemo<Option>(() => {
    const ink = INK[scheme];
    const style = axes(scheme);
    const outer = predictive ?? expected;
    const line = (values: (number | null)[]) => values.map((v, i) => [stamp(dates[i]!), v] as [number, number]);
    const first = heldOut?.indexOf(true) ?? -1;
    return {
      useUTC: true,
      grid: { left: 4, right: 12, top: 30, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      tooltip: {
        ...style.tooltip,
        formatter: (items: unknown) => {
          const index = (items as { dataIndex: number }[])[0]?.dataIndex ?? 0;
          return tipHtml(formatDay(dates[index]), [
            ["actual", show(actual[index] ?? null)],
            ["expected", show(expected.q50[index] ?? null)],
            ["50 %", `${show(outer.q25[index] ?? null)} – ${show(outer.q75[index] ?? null)}`],
            ["90 %", `${show(outer.q05[index] ?? null)} – ${show(outer.q95[index] ?? null)}`],
          ]);
        },
      },
      xAxis: { type: "time", ...style.x, axisLabel: { ...style.label, formatter: (v: number) => timeLabel(v, dates) } },
      yAxis: {
        type: "value", name: unit, ...style.y, min: 0,
        max: Math.max(...outer.q95, ...actual.map((v) => v ?? 0)) * 1.02,
        axisLabel: { ...style.label, formatter: (v: number) => show(v), showMaxLabel: false },
      },
      series: [
        {
          type: "line", name: "actual", data: line(actual), showSymbol: false, z: 4,
          lineStyle: { color: ink.ink, width: 1.2 }, itemStyle: { color: ink.ink },
          markArea: first < 0 ? undefined : {
            silent: true, itemStyle: { color: ink.raised },
            label: { color: ink.quiet, fontSize: 12, position: "insideTopLeft", formatter: "held out" },
            data: [[{ xAxis: stamp(dates[first]!) }, { xAxis: stamp(dates[dates.length - 1]!) }]],
          },
        },
        { type: "line", name: "expected", data: line(expected.q50), showSymbol: false, z: 3, lineStyle: { color: ink.accent, width: 1.8 }, itemStyle: { color: ink.accent } },
        band("90 %", line(outer.q05), line(outer.q95), ink.accent, 0.14),
        band("50 %", line(outer.q25), line(outer.q75), ink.accent, 0.2),
      ],
    };
  }, [scheme, unit, dates, actual, expected, predictive, heldOut, show]);
  return (
    <>
      <EChart
        title={title}
        option={option}
        height={height}
        points={dates.length}
        series={0}
        say={(i) => `${formatDay(dates[i])}: actual ${show(actual[i] ?? null)}, expected ${show(expected.q50[i] ?? null)}`}
      />
      <ul className="legend">
        <li><span className="swatch line" /> actual</li>
        <li><span className="swatch line accent" /> expected</li>
        <li><span className="swatch band" /> {predictive ? "where 50 and 90 % of observations fall" : "50 and 90 %"}</li>
      </ul>
    </>
  );
}
