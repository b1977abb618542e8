// Estimates: a dot at the median, a thick bar for 50 %, a thin one for 90 %.

import type { CSSProperties } from "react";

import type { Estimate } from "../api/common";
import { MISSING } from "../format/number";
import { clamp, linear } from "./scale";
import type { Scale } from "./scale";
import { useMark } from "./tip";
import { shorten, textWidth, useWidth } from "./width";

export interface ForestRow {
  name: string;
  /** CSS colour. */
  colour: string;
  estimate: Estimate;
  /** What was believed before, in grey above. */
  before?: Estimate;
  /** The number at the right. */
  shown: string;
  tip: string;
}

interface Props {
  title: string;
  unit: string;
  rows: ForestRow[];
  reference?: { value: number; name: string };
  tick: (value: number) => string;
}

/** Wide tails are cut and drawn as arrows, so that the other rows can be read. */
export function forestDomain(rows: ForestRow[], reference?: number): [number, number] {
  const finite = (values: (number | null)[]) =>
    values.filter((v): v is number => v !== null && Number.isFinite(v));
  const all = rows.flatMap((row) => (row.before ? [row.estimate, row.before] : [row.estimate]));
  const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b), 0);
  const least = (values: number[]) => values.reduce((a, b) => Math.min(a, b), 0);
  const thick = most(finite(rows.map((row) => row.estimate.q75)));
  const thin = most(finite(all.map((e) => e.q95)));
  const thickLow = least(finite(rows.map((row) => row.estimate.q25)));
  const thinLow = least(finite(all.map((e) => e.q05)));
  let high = thick > 0 ? Math.min(thin, 2.5 * thick) : thin;
  let low = thickLow < 0 ? Math.max(thinLow, 2.5 * thickLow) : Math.max(thinLow, -0.5 * high);
  if (reference !== undefined) {
    high = Math.max(high, reference * 1.1);
    low = Math.min(low, reference);
  }
  return [low, high > low ? high : low + 1];
}

function Bar({ e, x, y, before }: { e: Estimate; x: Scale; y: number; before?: boolean }) {
  const [low, high] = x.range;
  const at = (value: number | null, otherwise: number) =>
    value === null ? otherwise : clamp(x.at(value), low, high);
  const kind = before ? " before" : "";
  const cut = e.q95 === null || x.at(e.q95) > high + 0.5;
  const end = at(e.q95, high);
  return (
    <>
      <line className={`thin${kind}`} x1={at(e.q05, low)} x2={end} y1={y} y2={y} />
      <line className={`thick${kind}`} x1={at(e.q25, low)} x2={at(e.q75, high)} y1={y} y2={y} />
      {cut && <path className={`arrow${kind}`} d={`M${end} ${y - 4}l7 4l-7 4z`} />}
      {e.q50 !== null && x.at(e.q50) <= high + 0.5 && (
        <circle className={`dot${kind}`} cx={at(e.q50, high)} cy={y} r={before ? 3.6 : 5.2} />
      )}
    </>
  );
}

export function Forest({ title, unit, rows, reference, tick }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const mark = useMark();
  const narrow = width < 460;
  const hasBefore = rows.some((row) => row.before);
  const height = (hasBefore ? 44 : 34) + (narrow ? 16 : 0);
  const longest = (of: (row: ForestRow) => string) => Math.max(0, ...rows.map((r) => textWidth(of(r))));
  const left = narrow ? 8 : 18 + longest((row) => shorten(row.name, 20));
  const right = narrow ? 12 : 20 + longest((row) => row.shown);
  const top = 22;
  const floor = top + height * rows.length;
  const x = linear(...forestDomain(rows, reference?.value), [left, Math.max(width - right, left + 60)], narrow ? 4 : 5);
  const near = reference && x.at(reference.value) > width * 0.6;
  return (
    <div ref={ref}>
      <svg className="own" width={width} height={floor + 40} role="group" aria-label={title}>
        {x.ticks.map((value) => (
          <g key={value}>
            <line className={value === 0 ? "axis" : "grid"} x1={x.at(value)} x2={x.at(value)} y1={top} y2={floor} />
            <text className="tick" textAnchor="middle" x={x.at(value)} y={floor + 16}>
              {tick(value)}
            </text>
          </g>
        ))}
        <text className="unit" textAnchor="end" x={x.range[1]} y={floor + 33}>
          {unit}
        </text>
        {reference && (
          <g>
            <line className="reference" x1={x.at(reference.value)} x2={x.at(reference.value)} y1={top - 6} y2={floor} />
            <text className="small" x={x.at(reference.value) + (near ? -4 : 4)} y={top - 9} textAnchor={near ? "end" : "start"}>
              {reference.name}
            </text>
          </g>
        )}
        {rows.map((row, index) => {
          const y0 = top + index * height;
          const y = y0 + (narrow ? height - 16 : hasBefore ? height - 15 : height / 2);
          return (
            <g key={row.name} {...mark(row.tip)} style={{ "--k": row.colour } as CSSProperties}>
              <rect className="hit" x={0} y={y0 + 1} width={width} height={height - 2} rx={3} />
              {narrow ? (
                <>
                  <text x={2} y={y0 + 15}>{shorten(row.name, 24)}</text>
                  <text x={width - 2} y={y0 + 15} textAnchor="end">{row.shown}</text>
                </>
              ) : (
                <>
                  <text x={left - 14} y={y + 4} textAnchor="end">{shorten(row.name, 20)}</text>
                  <text x={width - 2} y={y + 4} textAnchor="end">{row.shown || MISSING}</text>
                </>
              )}
              {row.before && <Bar e={row.before} x={x} y={y - 13} before />}
              <Bar e={row.estimate} x={x} y={y} />
            </g>
          );
        })}
      </svg>
    </div>
  );
}
