// What was there, period by period: a strip of bars per series, each on its own scale. Shows when
// something ran, where it is missing, and what stands out.

import type { CSSProperties } from "react";

import { formatDay } from "../format/date";
import { useMark } from "./tip";
import { shorten, textWidth, useWidth } from "./width";

export interface Strip {
  name: string;
  colour: string;
  values: number[];
  /** The largest value, as it is written. */
  most: string;
  tip: string;
}

interface Props {
  title: string;
  /** First and last day. */
  from: string | null;
  until: string | null;
  strips: Strip[];
}

const ROW = 38;
const BAR = 28;
const RIGHT = 74;

/** One path for all bars of a strip: a data set may have thousands of days. */
function bars(values: number[], from: number, width: number, floor: number): string {
  const most = Math.max(...values.map(Math.abs), 0) || 1;
  const step = width / Math.max(values.length, 1);
  const thick = Math.max(step * (step > 3 ? 0.78 : 1), 0.5);
  return values
    .map((v, i) => (v === 0 ? "" : `M${(from + i * step).toFixed(2)} ${floor}v${(-(Math.abs(v) / most) * BAR).toFixed(2)}h${thick.toFixed(2)}V${floor}z`))
    .join("");
}

export function Strips({ title, from, until, strips }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>(900);
  const mark = useMark();
  const narrow = width < 520;
  const left = narrow ? 84 : 18 + Math.max(0, ...strips.map((s) => textWidth(shorten(s.name, 24))));
  const right = Math.max(width - RIGHT, left + 60);
  const foot = ROW * strips.length + 6;
  return (
    <div ref={ref}>
      <svg className="own" width={width} height={foot + 20} role="group" aria-label={title}>
        {strips.map((strip, index) => {
          const floor = (index + 1) * ROW - 2;
          return (
            <g key={strip.name} {...mark(strip.tip)} style={{ "--k": strip.colour } as CSSProperties}>
              <rect className="hit" x={0} y={floor - ROW + 2} width={width} height={ROW} />
              <text x={left - 12} y={floor - 9} textAnchor="end">{shorten(strip.name, narrow ? 10 : 24)}</text>
              <line className="axis" x1={left} x2={right} y1={floor} y2={floor} />
              <path className="covered" d={bars(strip.values, left, right - left, floor)} />
              <text className="small" x={right + 8} y={floor - BAR + 8}>{strip.most}</text>
            </g>
          );
        })}
        <text className="tick" x={left} y={foot + 14}>{formatDay(from)}</text>
        <text className="tick" x={right} y={foot + 14} textAnchor="end">{formatDay(until)}</text>
      </svg>
    </div>
  );
}
