import { linear, spanWithZero } from "./scale";

/** A small line without axes, for a table's row; the row's numbers say what it means. */
export function Sparkline({ values, label }: { values: number[]; label: string }) {
  const [width, height] = [96, 22];
  if (values.length < 2) return <span className="quiet">—</span>;
  const y = linear(...spanWithZero(values), [height - 2, 2], 2, false);
  const step = (width - 4) / (values.length - 1);
  const points = values.map((v, i) => `${(2 + i * step).toFixed(1)},${y.at(v).toFixed(1)}`);
  const last = values.length - 1;
  return (
    <svg className="spark" width={width} height={height} role="img" aria-label={label}>
      <polyline points={points.join(" ")} fill="none" stroke="var(--grey-ink)" strokeWidth={1.3} />
      <circle cx={2 + last * step} cy={y.at(values[last]!)} r={2.2} fill="var(--ink)" />
    </svg>
  );
}
