// One or two plain series over time: what was observed, so without bands.

import { useMemo } from "react";

import { formatDay } from "../format/date";
import { INK } from "../theme/palette";
import { EChart } from "./EChart";
import type { Option } from "./echarts";
import { useScheme } from "./scheme";
import { axes, stamp, timeLabel, tipHtml } from "./style";

interface Props {
  title: string;
  name: string;
  unit: string;
  dates: string[];
  values: (number | null)[];
  /** First day of the window that the page speaks of. */
  since?: string;
  /** Days on which something was changed. */
  changes?: { date: string; sentence: string }[];
  show: (value: number | null) => string;
  height?: number;
}

export function Line({ title, name, unit, dates, values, since, changes, show, height = 260 }: Props) {
  const scheme = useScheme();
  const option = useMemo<Option>(() => {
    const ink = INK[scheme];
    const style = axes(scheme);
    return {
      useUTC: true,
      grid: { left: 4, right: 12, top: 30, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      tooltip: {
        ...style.tooltip,
        formatter: (items: unknown) => {
          const index = (items as { dataIndex: number }[])[0]?.dataIndex ?? 0;
          const rows: [string, string][] = [[name, show(values[index] ?? null)]];
          for (const change of changes ?? []) {
            if (change.date === dates[index]) rows.push([change.sentence, ""]);
          }
          return tipHtml(formatDay(dates[index]), rows);
        },
      },
      xAxis: { type: "time", ...style.x, axisLabel: { ...style.label, formatter: (v: number) => timeLabel(v, dates) } },
      yAxis: { type: "value", name: unit, min: 0, ...style.y, axisLabel: { ...style.label, formatter: (v: number) => show(v) } },
      series: [
        {
          type: "line", name, data: values.map((v, i) => [stamp(dates[i]!), v]), showSymbol: false,
          lineStyle: { color: ink.ink, width: 1.5 }, itemStyle: { color: ink.ink },
          // A window that is all there is needs no shade.
          markArea: since === undefined || since === dates[0] ? undefined : {
            silent: true, itemStyle: { color: ink.raised },
            data: [[{ xAxis: stamp(since) }, { xAxis: stamp(dates[dates.length - 1] ?? since) }]],
          },
          markLine: !changes?.length ? undefined : {
            silent: true, symbol: "none", label: { show: false },
            lineStyle: { color: ink.accent, type: "solid", width: 1 },
            data: changes.map((c) => ({ xAxis: stamp(c.date) })),
          },
        },
      ],
    };
  }, [scheme, name, unit, dates, values, since, changes, show]);
  return (
    <EChart
      title={title}
      option={option}
      height={height}
      points={dates.length}
      series={0}
      say={(i) => `${formatDay(dates[i])}: ${show(values[i] ?? null)}`}
    />
  );
}
