// A distribution that matters as twenty dots that can be counted (Kay et al. 2016).

import type { Estimate } from "../api/common";
import { linear } from "./scale";
import { useMark } from "./tip";
import { useWidth } from "./width";

export const DOTS = 20;

/** The middle of each twentieth, read from five quantiles; the outer lines go on beyond them. */
export function quantileDots(e: Estimate): number[] {
  const known: [number, number | null][] = [
    [0.05, e.q05],
    [0.25, e.q25],
    [0.5, e.q50],
    [0.75, e.q75],
    [0.95, e.q95],
  ];
  if (known.some(([, value]) => value === null || !Number.isFinite(value))) return [];
  return Array.from({ length: DOTS }, (_, index) => {
    const p = (index + 0.5) / DOTS;
    const found = known.findIndex(([q]) => q >= p);
    const after = Math.max(found < 0 ? known.length - 1 : found, 1);
    const [p0, v0] = known[after - 1] as [number, number];
    const [p1, v1] = known[after] as [number, number];
    return v0 + ((v1 - v0) * (p - p0)) / (p1 - p0);
  });
}

interface Props {
  title: string;
  estimate: Estimate;
  reference: { value: number; name: string };
  unit: string;
  tick: (value: number) => string;
}

export function QuantileDots({ title, estimate, reference, unit, tick }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const mark = useMark();
  const dots = quantileDots(estimate);
  if (dots.length === 0) return null;
  const drawn = Math.min(width, 460);
  const low = Math.min(reference.value, ...dots);
  const high = Math.max(reference.value, ...dots);
  const margin = 0.08 * (high - low || Math.abs(high) || 1);
  const x = linear(low >= 0 ? Math.max(low - margin, 0) : low - margin, high + margin, [8, drawn - 12], drawn < 380 ? 4 : 6);
  const bin = (high - low || 1) / 10;
  const radius = Math.min(Math.max(0.5 * (x.at(bin) - x.at(0)) - 0.5, 2), 7.5);
  const floor = 150;
  const columns = new Map<number, number>();
  const at = x.at(reference.value);
  const flip = at > drawn * 0.65;
  return (
    <div ref={ref}>
      <svg className="own" width={drawn} height={floor + 40} role="group" aria-label={title}>
        {x.ticks.map((value) => (
          <text key={value} className="tick" textAnchor="middle" x={x.at(value)} y={floor + 16}>
            {tick(value)}
          </text>
        ))}
        <line className="axis" x1={x.range[0]} x2={x.range[1]} y1={floor} y2={floor} />
        <text className="unit" textAnchor="end" x={x.range[1]} y={floor + 33}>{unit}</text>
        <line className="reference" x1={at} x2={at} y1={18} y2={floor} />
        <text className="small" x={at + (flip ? -5 : 5)} y={22} textAnchor={flip ? "end" : "start"}>
          {reference.name}
        </text>
        <g {...mark(title)}>
          <rect className="hit" x={0} y={30} width={drawn} height={floor - 32} />
          {dots.map((dot, index) => {
            // Columns meet at the reference, so that none holds both kinds.
            const column = Math.floor((dot - reference.value) / bin);
            const level = columns.get(column) ?? 0;
            columns.set(column, level + 1);
            return (
              <circle
                key={index}
                className={dot >= reference.value ? "quantile above" : "quantile below"}
                cx={x.at(reference.value + (column + 0.5) * bin)}
                cy={floor - radius - 3 - level * (2 * radius + 1)}
                r={radius}
              />
            );
          })}
        </g>
      </svg>
    </div>
  );
}
