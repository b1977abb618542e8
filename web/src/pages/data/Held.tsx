import { useDatasetSeries } from "../../api/datasets";
import type { Dataset, DatasetSeries } from "../../api/datasets";
import { Figure } from "../../charts/Figure";
import { Strips } from "../../charts/Strips";
import type { Strip } from "../../charts/Strips";
import { cell } from "../../charts/table";
import { formatDay, plural } from "../../format/date";
import { capitalise } from "../../format/terms";
import type { Terms } from "../../format/terms";
import { Loaded } from "../../parts/Loaded";
import { EmptyRange } from "../../range/EmptyRange";
import { RangeBar } from "../../range/RangeBar";
import { useRange } from "../../range/useRange";
import { colourVar, lookOf } from "../../theme/palette";

interface Series {
  name: string;
  label: string;
  values: number[];
  show: (v: number) => string;
  exact: (v: number) => string;
}

/** Outcome, then spend of what is paid and exposure of what is not. */
function seriesOf(data: DatasetSeries, terms: Terms): Series[] {
  const count = (v: number) => terms.numbers.compact(v);
  return [
    { name: data.kpi.name, label: data.kpi.name, values: data.kpi.values, show: (v) => terms.outcome(v), exact: (v) => terms.outcomeExact(v) },
    ...data.channels.map((c) =>
      c.spend
        ? { name: c.name, label: `${c.name}, spend`, values: c.spend, show: (v: number) => terms.money(v), exact: (v: number) => terms.moneyExact(v) }
        : { name: c.name, label: `${c.name}, ${c.exposure_unit}`, values: c.exposure, show: count, exact: (v: number) => terms.numbers.exact(v) }),
  ];
}

function Drawn({ set, data, terms }: { set: Dataset; data: DatasetSeries; terms: Terms }) {
  const series = seriesOf(data, terms);
  const title = `What it holds, ${set.granularity} by ${set.granularity}`;
  const strips: Strip[] = series.map((s, index) => {
    const most = Math.max(...s.values);
    const at = s.values.indexOf(most);
    const there = s.values.filter((v) => v !== 0).length;
    return {
      name: s.name, values: s.values, most: s.show(most),
      colour: index === 0 ? "var(--ink)" : colourVar(lookOf(set.channels, s.name)),
      tip: `${capitalise(s.label)}: in ${there} of ${plural(s.values.length, set.granularity)}\nmost ${s.show(most)}, ${set.granularity} of ${formatDay(data.dates[at])}`,
    };
  });
  return (
    <Figure
      title={title}
      name={`${set.name} ${title}`}
      note="Each strip on its own scale, its largest value at the right; a gap is a stretch with nothing."
      table={{
        columns: [{ label: set.granularity }, ...series.map((s) => ({ label: s.label, numeric: true }))],
        rows: data.dates.map((date, i) => [cell(formatDay(date), date), ...series.map((s) => cell(s.exact(s.values[i] ?? 0), s.values[i]))]),
      }}
    >
      <Strips title={title} from={data.range?.from ?? set.from} until={data.range?.to ?? set.until} strips={strips} />
    </Figure>
  );
}

/** The data set as a picture: all of it, or the days and the region of the address. */
export function Held({ set, terms }: { set: Dataset; terms: Terms }) {
  const { range } = useRange();
  const series = useDatasetSeries(set.id, range);
  return (
    <>
      <RangeBar view={series.data?.range ?? undefined} choices={{ geo: set.geos.length > 1 ? set.geos : [] }} at={series.dataUpdatedAt} />
      <Loaded query={series} height={280}>
        {(data) => data.range?.periods === 0 ? <EmptyRange view={data.range} /> : <Drawn set={set} data={data} terms={terms} />}
      </Loaded>
    </>
  );
}
