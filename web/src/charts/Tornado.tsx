// Which input decides: what is lost by not knowing it, the costliest first.

import { linear } from "./scale";
import { useMark } from "./tip";
import { shorten, textWidth, useWidth } from "./width";

export interface Swing {
  name: string;
  /** Worse and better case, beside each other. */
  cases: { name: string; difference: number; lost: number; tip: string }[];
}

interface Props {
  title: string;
  unit: string;
  swings: Swing[];
  tick: (value: number) => string;
}

/** Bars to both sides of what the plan is expected to bring; the tail of a bar that another plan
 * would save is in the accent colour. */
export function Tornado({ title, unit, swings, tick }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>(900);
  const mark = useMark();
  const narrow = width < 520;
  const row = narrow ? 48 : 34;
  const top = 10;
  const floor = top + row * swings.length;
  const left = narrow ? 10 : 18 + Math.max(0, ...swings.map((s) => textWidth(shorten(s.name, 30))));
  const reach = swings.flatMap((s) => s.cases.map((c) => c.difference));
  const x = linear(Math.min(0, ...reach), Math.max(0, ...reach), [left, Math.max(width - 20, left + 60)], narrow ? 3 : 6);
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
        {swings.map((swing, index) => {
          const y0 = top + index * row;
          const y = y0 + (narrow ? 32 : row / 2);
          return (
            <g key={swing.name}>
              <text x={narrow ? 2 : left - 12} y={narrow ? y0 + 15 : y + 4} textAnchor={narrow ? "start" : "end"}>
                {shorten(swing.name, narrow ? 40 : 30)}
              </text>
              {swing.cases.map((one) => {
                const [a, b] = [x.at(0), x.at(one.difference)];
                const lost = x.at(one.lost) - x.at(0);
                return (
                  <g key={one.name} {...mark(one.tip)}>
                    <rect className="hit" x={Math.min(a, b)} y={y - 11} width={Math.max(Math.abs(b - a), 4)} height={22} />
                    <rect fill="var(--grey)" x={Math.min(a, b)} y={y - 8} width={Math.max(Math.abs(b - a), 1)} height={16} />
                    {lost > 0.5 && <rect fill="var(--accent)" x={a} y={y + 4} width={lost} height={4} />}
                  </g>
                );
              })}
            </g>
          );
        })}
      </svg>
    </div>
  );
}
