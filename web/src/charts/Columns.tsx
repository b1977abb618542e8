// Alternatives side by side: doing nothing first; each column is split into channels, and the
// expected outcome stands above it as dot and interval on its own scale.

import type { CSSProperties } from "react";

import type { Estimate } from "../api/common";
import { linear, spanWithZero } from "./scale";
import { useMark } from "./tip";
import { shorten, useWidth } from "./width";

export interface Alternative {
  name: string;
  parts: { name: string; colour: string; value: number }[];
  difference?: Estimate | null;
  shown: string;
  tip: string;
}

interface Props {
  title: string;
  spendUnit: string;
  differenceUnit: string;
  alternatives: Alternative[];
  money: (value: number) => string;
  change: (value: number) => string;
}

export function Columns({ title, spendUnit, differenceUnit, alternatives, money, change }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>(900);
  const mark = useMark();
  const left = 62;
  const slot = Math.min((width - left - 8) / Math.max(alternatives.length, 1), 190);
  const bar = Math.min(slot * 0.56, 84);
  const [upper, middle, lower] = [34, 190, 400];
  const diff = linear(
    ...spanWithZero(alternatives.flatMap((a) => [a.difference?.q05, a.difference?.q95])),
    [middle - 24, upper],
    3,
  );
  const total = (a: Alternative) => a.parts.reduce((sum, part) => sum + part.value, 0);
  const spend = linear(0, Math.max(...alternatives.map(total), 1), [lower, middle + 24], 4);
  const right = left + slot * alternatives.length;
  return (
    <div ref={ref}>
      <svg className="own" width={width} height={lower + 44} role="group" aria-label={title}>
        <text className="unit" x={0} y={upper - 16}>{differenceUnit}</text>
        <text className="unit" x={0} y={middle + 8}>{spendUnit}</text>
        {diff.ticks.map((v) => (
          <g key={v}>
            <line className={v === 0 ? "axis" : "grid"} x1={left} x2={right} y1={diff.at(v)} y2={diff.at(v)} />
            <text className="tick" x={left - 8} y={diff.at(v) + 4} textAnchor="end">{v === 0 ? "0" : change(v)}</text>
          </g>
        ))}
        {spend.ticks.map((v) => (
          <g key={v}>
            <line className={v === 0 ? "axis" : "grid"} x1={left} x2={right} y1={spend.at(v)} y2={spend.at(v)} />
            <text className="tick" x={left - 8} y={spend.at(v) + 4} textAnchor="end">{money(v)}</text>
          </g>
        ))}
        {alternatives.map((one, index) => {
          const x = left + slot * (index + 0.5);
          let at = 0;
          const e = one.difference;
          return (
            <g key={`${index} ${one.name}`} {...mark(one.tip)} style={{ "--k": "var(--accent)" } as CSSProperties}>
              <rect className="hit" x={x - slot / 2 + 3} y={upper - 8} width={slot - 6} height={lower - upper + 46} rx={3} />
              {e && e.q05 !== null && e.q95 !== null && e.q25 !== null && e.q75 !== null && e.q50 !== null && (
                <>
                  <line className="thin" x1={x} x2={x} y1={diff.at(e.q05)} y2={diff.at(e.q95)} />
                  <line className="thick" x1={x} x2={x} y1={diff.at(e.q25)} y2={diff.at(e.q75)} />
                  <circle className="dot" cx={x} cy={diff.at(e.q50)} r={5.2} />
                </>
              )}
              {one.parts.map((part) => {
                const y1 = spend.at(at);
                at += part.value;
                const y2 = spend.at(at);
                return (
                  <rect key={part.name} x={x - bar / 2} width={bar} y={y2} height={Math.max(y1 - y2 - 0.8, 0)} fill={part.colour} />
                );
              })}
              <text x={x} y={lower + 18} textAnchor="middle">{shorten(one.name, Math.floor(slot / 7))}</text>
              <text className="small" x={x} y={lower + 35} textAnchor="middle">{one.shown}</text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}
