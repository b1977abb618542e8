// A change: from now to planned, step by step, each with its interval where it has one.

import type { CSSProperties } from "react";

import { linear, spanWithZero } from "./scale";
import { useMark } from "./tip";
import { shorten, textWidth, useWidth } from "./width";

export interface Step {
  name: string;
  colour: string;
  from: number;
  to: number;
  interval?: { low: number; high: number };
  shown: string;
  tip: string;
}

interface Props {
  title: string;
  unit: string;
  steps: Step[];
  tick: (value: number) => string;
}

/** Lies down, so that names and numbers have room and a phone shows it as well. */
export function Waterfall({ title, unit, steps, tick }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const mark = useMark();
  const row = 36;
  const top = 8;
  const floor = top + row * steps.length;
  const longest = (of: (s: Step) => string) => Math.max(0, ...steps.map((s) => textWidth(of(s))));
  const narrow = width < 460;
  const most = narrow ? 13 : 20;
  const left = 16 + longest((s) => shorten(s.name, most));
  const right = 14 + longest((s) => s.shown);
  const ends = steps.flatMap((s) => [s.from, s.to, s.interval?.low, s.interval?.high]);
  const x = linear(...spanWithZero(ends), [left, Math.max(width - right, left + 60)], narrow ? 3 : 5);
  return (
    <div ref={ref}>
      <svg className="own" width={width} height={floor + 40} role="group" aria-label={title}>
        {x.ticks.map((value) => (
          <g key={value}>
            <line className={value === 0 ? "axis" : "grid"} x1={x.at(value)} x2={x.at(value)} y1={top} y2={floor} />
            <text className="tick" textAnchor="middle" x={x.at(value)} y={floor + 16}>{tick(value)}</text>
          </g>
        ))}
        <text className="unit" textAnchor="end" x={x.range[1]} y={floor + 33}>{unit}</text>
        {steps.map((step, index) => {
          const y = top + index * row + row / 2;
          const [a, b] = [x.at(step.from), x.at(step.to)];
          return (
            <g key={`${index} ${step.name}`} {...mark(step.tip)} style={{ "--k": step.colour } as CSSProperties}>
              <rect className="hit" x={0} y={y - row / 2 + 1} width={width} height={row - 2} rx={3} />
              <text x={left - 12} y={y + 4} textAnchor="end">{shorten(step.name, most)}</text>
              <rect className="step" x={Math.min(a, b)} y={y - 9} width={Math.max(Math.abs(b - a), 1.5)} height={18} />
              {step.interval && (
                <>
                  <line className="whisker-ground" x1={x.at(step.interval.low)} x2={x.at(step.interval.high)} y1={y} y2={y} />
                  <line className="whisker" x1={x.at(step.interval.low)} x2={x.at(step.interval.high)} y1={y} y2={y} />
                </>
              )}
              {index < steps.length - 1 && (
                <line className="joint" x1={b} x2={b} y1={y + 9} y2={y + row - 9} />
              )}
              <text x={width - 2} y={y + 4} textAnchor="end">{step.shown}</text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}
