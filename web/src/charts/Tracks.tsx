// A plan: per channel a track with the least and the most that is allowed, where we are, where the
// plan goes, and a lock where something holds it there.

import type { CSSProperties } from "react";

import { clamp } from "./scale";
import { useMark } from "./tip";
import { shorten, textWidth, useWidth } from "./width";

export type Lock = "open" | "at-least" | "at-most" | "locked";

export interface Track {
  name: string;
  colour: string;
  min: number | null;
  max: number | null;
  now: number;
  planned: number;
  lock: Lock;
  /** What holds it, in a few words. */
  held: string;
  shown: string;
  tip: string;
}

interface Props {
  title: string;
  tracks: Track[];
  money: (value: number) => string;
}

const BEYOND = 1.6;
const RING = 7.5;

/** The most allowed, unless that is far away. */
export function trackEnd(track: Pick<Track, "now" | "planned" | "max">): number {
  const used = Math.max(track.now, track.planned, 0);
  const most = track.max ?? used * BEYOND;
  if (used <= 0) return most > 0 ? most : 1;
  return most <= 2 * BEYOND * used ? Math.max(used, most) : BEYOND * used;
}

/** Which limit a planned amount stands at, near enough. */
export function lockOf(track: {
  min: number | null;
  max: number | null;
  planned: number;
  locked: boolean;
}): Lock {
  if (track.locked) return "locked";
  const near = (limit: number) => Math.abs(track.planned - limit) <= 1e-4 * Math.max(limit, 1);
  if (track.max !== null && near(track.max)) return "at-most";
  if (track.min !== null && track.min > 0 && near(track.min)) return "at-least";
  return "open";
}

function Padlock({ x, y }: { x: number; y: number }) {
  return (
    <g>
      <rect className="lock" x={x} y={y - 1.5} width={9} height={7} />
      <path className="shackle" d={`M${x + 1.9} ${y - 1.5}v-2.5a2.6 2.6 0 0 1 5.2 0v2.5`} />
    </g>
  );
}

export function Tracks({ title, tracks, money }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>(900);
  const mark = useMark();
  const narrow = width < 620;
  const row = narrow ? 80 : 52;
  const longest = (of: (t: Track) => string, per: number) =>
    Math.max(0, ...tracks.map((t) => textWidth(of(t), per)));
  const left = narrow ? 12 : 30 + longest((t) => shorten(t.name, 22), 7.2);
  const right = narrow ? 28 : 46 + Math.max(longest((t) => t.shown, 7.1), longest((t) => t.held, 5.9));
  return (
    <div ref={ref}>
      <svg className="own" width={width} height={row * tracks.length + 6} role="group" aria-label={title}>
        {tracks.map((track, index) => {
          const y0 = 2 + index * row;
          const y = y0 + (narrow ? 32 : 19);
          const end = trackEnd(track);
          const at = (value: number) =>
            left + clamp(value / end, 0, 1) * (width - right - left);
          const low = at(track.min ?? 0);
          const high = at(track.max ?? end);
          const far = track.max !== null && track.max > end;
          return (
            <g key={track.name} {...mark(track.tip)} style={{ "--k": track.colour } as CSSProperties}>
              <rect className="hit" x={0} y={y0} width={width} height={row - 2} rx={3} />
              <text x={narrow ? 2 : left - 22} y={y0 + (narrow ? 15 : 23)} textAnchor={narrow ? "start" : "end"}>
                {shorten(track.name, narrow ? 18 : 22)}
              </text>
              <text x={width - 2} y={y0 + (narrow ? 15 : track.held ? 19 : 23)} textAnchor="end">
                {track.shown}
              </text>
              {track.held && (
                <text className="small" x={narrow ? 2 : width - 2} y={y0 + (narrow ? 71 : 36)} textAnchor={narrow ? "start" : "end"}>
                  {track.held}
                </text>
              )}
              <line className="rail" x1={left} x2={width - right} y1={y} y2={y} />
              {(track.min !== null || track.max !== null) && (
                <line className="allowed" x1={low} x2={high} y1={y} y2={y} />
              )}
              {far && <path className="axis" fill="none" d={`M${width - right + 4} ${y - 4}l6 4l-6 4`} />}
              {track.min !== null && (
                <text className="small" x={Math.max(low, left + 8)} y={y + 21} textAnchor="middle">{money(track.min)}</text>
              )}
              {track.max !== null && high - low > 90 && (
                <text className="small" x={high} y={y + 21} textAnchor={far ? "end" : "middle"}>
                  {far ? `up to ${money(track.max)}` : money(track.max)}
                </text>
              )}
              <line className="move" x1={at(track.now)} x2={at(track.planned)} y1={y} y2={y} />
              <circle className="handle" cx={at(track.planned)} cy={y} r={RING} />
              <circle className="dot" cx={at(track.now)} cy={y} r={4.5} />
              {track.lock === "at-least" && <Padlock x={at(track.planned) - RING - 13} y={y} />}
              {(track.lock === "at-most" || track.lock === "locked") && (
                <Padlock x={at(track.planned) + RING + 4} y={y} />
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}
