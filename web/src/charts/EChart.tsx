import { useEffect, useId, useRef, useState } from "react";
import type { KeyboardEvent } from "react";

import { init } from "./echarts";
import type { EChartsType, Option } from "./echarts";

/** The page's own type; the library would draw in another one. */
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

interface Props {
  title: string;
  option: Option;
  height: number;
  /** Points that the arrow keys step through, and the series that they belong to. */
  points: number;
  series: number;
  /** What a point says to a screen reader. */
  say: (index: number) => string;
  /** Marks that need the pixels of what was drawn. */
  after?: (chart: EChartsType) => Option | null;
}

/** A chart of the library in a box that the keyboard reaches: arrows step from point to point. */
export function EChart({ title, option, height, points, series, say, after }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const finish = useRef(after);
  const latest = useRef(option);
  const at = useRef(-1);
  const [said, setSaid] = useState("");
  const id = useId();

  useEffect(() => {
    if (!box.current) return;
    const made = init(box.current, undefined, { renderer: "svg" });
    chart.current = made;
    const fit = () => {
      made.resize();
      const more = finish.current?.(made);
      if (more) made.setOption(more, { lazyUpdate: false });
    };
    const observer = new ResizeObserver(fit);
    observer.observe(box.current);
    return () => {
      observer.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    finish.current = after;
    latest.current = option;
    const made = chart.current;
    if (!made) return;
    made.setOption({ animation: false, textStyle: { fontFamily: FONT }, ...option }, { notMerge: true });
    const more = after?.(made);
    if (more) made.setOption(more);
  }, [option, after]);

  const step = (event: KeyboardEvent) => {
    const moves: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };
    let next: number;
    if (event.key in moves) next = at.current + moves[event.key]!;
    else if (event.key === "Home") next = 0;
    else if (event.key === "End") next = points - 1;
    else return;
    event.preventDefault();
    at.current = Math.min(Math.max(next, 0), points - 1);
    chart.current?.dispatchAction({ type: "showTip", seriesIndex: series, dataIndex: at.current });
    setSaid(say(at.current));
  };

  return (
    <div
      className="chart-box"
      role="group"
      aria-label={`${title}. Arrow keys read the values.`}
      aria-describedby={id}
      tabIndex={0}
      onKeyDown={step}
      onBlur={() => chart.current?.dispatchAction({ type: "hideTip" })}
    >
      <div ref={box} style={{ height }} />
      <div id={id} className="hidden" aria-live="polite">
        {said}
      </div>
    </div>
  );
}
