import type { Estimate } from "../../api/common";
import { Figure } from "../../charts/Figure";
import { Forest } from "../../charts/Forest";
import type { ForestRow } from "../../charts/Forest";
import { cell } from "../../charts/table";
import type { TableSpec } from "../../charts/table";
import { columnDecimals } from "../../format/number";
import { Part } from "../../parts/Page";
import { colourVar, lookOf } from "../../theme/palette";
import type { PartProps } from "./Answers";

type Pick = "roi" | "mroi";

/** Estimates as a table: the numbers behind every forest. */
export function estimateTable(rows: { name: string; e: Estimate }[], first: string, unit: string, show: (v: number | null) => string): TableSpec {
  return {
    columns: [
      { label: first },
      ...["median", "5 %", "25 %", "75 %", "95 %", "mean"].map((label) => ({ label, numeric: true, unit })),
    ],
    rows: rows.map(({ name, e }) => [
      cell(name),
      ...[e.q50, e.q05, e.q25, e.q75, e.q95, e.mean].map((v) => cell(show(v), v)),
    ]),
  };
}

export function Returns({ summary, terms, channels }: PartProps) {
  const paid = channels.filter((name) => summary.channels[name]!.roi);
  if (paid.length === 0) {
    return <Part first><p className="quiet">No channel has spend, so there are no returns; contributions stand below.</p></Part>;
  }
  const digits = columnDecimals(paid.flatMap((n) => [summary.channels[n]!.roi!.q50, summary.channels[n]!.roi!.q95]));
  const tick = (v: number) => terms.numbers.aligned(v, 2);
  const rows = (pick: Pick): ForestRow[] =>
    paid.flatMap((name) => {
      const e = summary.channels[name]![pick];
      if (!e) return [];
      const shown = terms.rateInterval(e, digits);
      const half = terms.numbers.range(e.q25, e.q75, (v) => terms.numbers.aligned(v, digits));
      return [{
        name, estimate: e, shown, colour: colourVar(lookOf(channels, name)),
        tip: `${name}: ${shown}\nhalf of it within ${half}\nfrom ${summary.method} on ${summary.data.source}`,
      }];
    });
  const reference = terms.outcomeIsMoney ? { value: 1, name: "pays back" } : undefined;
  const figure = (pick: Pick, title: string) => (
    <Figure
      title={title}
      name={title}
      table={estimateTable(paid.map((name) => ({ name, e: summary.channels[name]![pick]! })), "Channel", terms.rateUnit, (v) => terms.rate(v, digits))}
    >
      <Forest title={title} unit={terms.rateUnit} rows={rows(pick)} reference={reference} tick={tick} />
    </Figure>
  );
  return (
    <Part first>
      <div className="two">
        {figure("roi", terms.returnPerUnit)}
        {figure("mroi", terms.returnOnNext)}
      </div>
    </Part>
  );
}
