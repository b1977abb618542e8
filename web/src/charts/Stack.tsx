// A decomposition: stacked areas, grey at the bottom for what we did not cause, what happened as a
// thin dark line. Also the spend mix, which has no baseline.

import { useCallback, useMemo } from "react";

import { formatDay } from "../format/date";
import { INK } from "../theme/palette";
import { EChart } from "./EChart";
import type { EChartsType, Option } from "./echarts";
import { useScheme } from "./scheme";
import { axes, stamp, timeLabel, tipHtml } from "./style";
import { shorten, useWidth } from "./width";

export interface Layer {
  name: string;
  /** A colour that is not a CSS variable. */
  colour: string;
  values: number[];
}

interface Props {
  title: string;
  unit: string;
  dates: string[];
  /** From the bottom up. */
  layers: Layer[];
  actual?: number[];
  show: (value: number | null) => string;
  height?: number;
}

const GAP = 15;

/** Places for labels that want to stand at `wanted` but not on each other; same order. */
export function spread(wanted: number[], gap: number, low: number, high: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]!);
  const placed = [...wanted];
  let before = low - gap;
  for (const i of order) {
    placed[i] = Math.max(wanted[i]!, before + gap);
    before = placed[i]!;
  }
  let after = high + gap;
  for (const i of [...order].reverse()) {
    placed[i] = Math.min(placed[i]!, after - gap);
    after = placed[i]!;
  }
  return placed;
}

/** Layers beyond the colours there are: the smallest become one, so that none looks like another. */
export function fold(layers: Layer[], most: number, colour: string): Layer[] {
  if (layers.length <= most) return layers;
  const size = (layer: Layer) => layer.values.reduce((sum, v) => sum + Math.abs(v), 0);
  const kept = new Set([...layers].sort((a, b) => size(b) - size(a)).slice(0, most - 1));
  const rest = layers.filter((layer) => !kept.has(layer));
  const values = (rest[0]?.values ?? []).map((_, i) => rest.reduce((sum, l) => sum + (l.values[i] ?? 0), 0));
  return [...layers.filter((layer) => kept.has(layer)), { name: `${rest.length} others`, colour, values }];
}

export function Stack({ title, unit, dates, layers, actual, show, height = 320 }: Props) {
  const scheme = useScheme();
  const [ref, width] = useWidth<HTMLDivElement>(900);
  const wide = width >= 520;
  const longest = Math.max(0, ...layers.map((l) => shorten(l.name, 16).length));
  const right = wide ? 32 + longest * 7.2 : 8;

  const option = useMemo<Option>(() => {
    const ink = INK[scheme];
    const style = axes(scheme);
    const line = (values: number[]) => values.map((v, i) => [stamp(dates[i]!), v]);
    return {
      useUTC: true,
      grid: { left: 4, right, top: 30, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      tooltip: {
        ...style.tooltip,
        formatter: (items: unknown) => {
          const index = (items as { dataIndex: number }[])[0]?.dataIndex ?? 0;
          const rows = [...layers].reverse().map((l) => [l.name, show(l.values[index] ?? null)] as [string, string]);
          if (actual) rows.unshift(["actual", show(actual[index] ?? null)]);
          return tipHtml(formatDay(dates[index]), rows);
        },
      },
      xAxis: { type: "time", ...style.x, axisLabel: { ...style.label, formatter: (v: number) => timeLabel(v, dates) } },
      yAxis: { type: "value", name: unit, ...style.y, axisLabel: { ...style.label, formatter: (v: number) => show(v) } },
      series: [
        ...layers.map((layer) => ({
          type: "line", name: layer.name, stack: "whole", data: line(layer.values), showSymbol: false,
          lineStyle: { width: wide ? 0.6 : 0, color: ink.ground }, itemStyle: { color: layer.colour },
          areaStyle: { color: layer.colour, opacity: 1 }, emphasis: { disabled: true },
        })),
        ...(actual
          ? [{ type: "line", name: "actual", data: line(actual), showSymbol: false, z: 5, lineStyle: { color: ink.ink, width: 1.2 }, itemStyle: { color: ink.ink } }]
          : []),
      ],
    };
  }, [scheme, unit, dates, layers, actual, show, right, wide]);

  /** Names stand where their areas end; a legend is only for where there is no room. */
  const after = useCallback(
    (chart: EChartsType): Option | null => {
      if (!wide || dates.length === 0) return null;
      const last = dates.length - 1;
      let sum = 0;
      const ends = layers.map((layer) => {
        const value = layer.values[last] ?? 0;
        const middle = sum + value / 2;
        sum += value;
        const at = chart.convertToPixel({ gridIndex: 0 }, [stamp(dates[last]!), middle]);
        return { layer, x: at?.[0] ?? 0, y: at?.[1] ?? 0 };
      });
      const places = spread(ends.map((e) => e.y), GAP, 34, height - 26);
      const ink = INK[scheme];
      return {
        // Thin layers push their names away, so each name carries its colour.
        graphic: ends.flatMap((end, index) => [
          {
            type: "rect", id: `colour-${index}`, silent: true,
            shape: { x: end.x + 8, y: places[index]! - 4, width: 9, height: 9, r: 2 }, style: { fill: end.layer.colour },
          },
          {
            type: "text", id: `name-${index}`, silent: true, x: end.x + 23, y: places[index],
            style: { text: shorten(end.layer.name, 16), fill: ink.ink, fontSize: 12.5, verticalAlign: "middle", fontFamily: "inherit" },
          },
        ]),
      };
    },
    [wide, dates, layers, height, scheme],
  );

  return (
    <div ref={ref}>
      <EChart
        title={title}
        option={option}
        height={height}
        points={dates.length}
        series={0}
        after={after}
        say={(i) => `${formatDay(dates[i])}: ${layers.map((l) => `${l.name} ${show(l.values[i] ?? null)}`).join(", ")}`}
      />
      <ul className="legend">
        {!wide && [...layers].reverse().map((l) => (
          <li key={l.name}><span className="swatch" style={{ background: l.colour }} />{l.name}</li>
        ))}
        {actual && <li><span className="swatch line" /> actual</li>}
      </ul>
    </div>
  );
}
