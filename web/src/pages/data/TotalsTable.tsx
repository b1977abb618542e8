import { SegmentedControl } from "@mantine/core";
import { useState } from "react";

import type { SeriesTotal, Totals } from "../../api/description";
import { DataTable } from "../../charts/DataTable";
import { saveCsv } from "../../charts/save";
import { cell } from "../../charts/table";
import type { TableSpec } from "../../charts/table";
import { formatMonth } from "../../format/date";
import type { Terms } from "../../format/terms";

interface Props {
  totals: Totals;
  terms: Terms;
}

const isMoney = (series: SeriesTotal, terms: Terms) =>
  series.of === "spend" || (series.of === "kpi" && terms.outcomeIsMoney);

/** Months side by side per series, exact: made to be laid beside one's own books. */
export function totalsTable(totals: Totals, terms: Terms, kinds: SeriesTotal["of"][], by: "month" | "year"): TableSpec {
  const series = totals.series.filter((s) => kinds.includes(s.of));
  const label = (month: string) => (by === "year" ? month.slice(0, 4) : month);
  const groups = [...new Set(totals.months.map(label))];
  const show = (s: SeriesTotal, v: number) => (isMoney(s, terms) ? terms.moneyExact(v) : terms.numbers.exact(v));
  return {
    columns: [
      { label: by === "year" ? "Year" : "Month" },
      ...series.map((s) => ({ label: s.of === "spend" ? `${s.name}, spend` : s.of === "exposure" ? `${s.name} ${s.unit}` : s.name, numeric: true })),
    ],
    rows: groups.map((group) => [
      cell(by === "year" ? group : formatMonth(group), group),
      ...series.map((s) => {
        const value = s.by_month.reduce((sum, v, i) => (label(totals.months[i]!) === group ? sum + v : sum), 0);
        return cell(show(s, value), value);
      }),
    ]),
  };
}

export function TotalsTable({ totals, terms }: Props) {
  const [by, setBy] = useState<"month" | "year">("year");
  const [what, setWhat] = useState("money");
  const kinds: SeriesTotal["of"][] = what === "money" ? ["kpi", "spend"] : ["exposure", "organic"];
  const table = totalsTable(totals, terms, kinds, by);
  const foot = [
    cell("In all"),
    ...totals.series.filter((s) => kinds.includes(s.of)).map((s) =>
      cell(isMoney(s, terms) ? terms.moneyExact(s.total) : terms.numbers.exact(s.total), s.total)),
  ];
  const other = totals.series.some((s) => s.of === "exposure" || s.of === "organic");
  return (
    <>
      <div className="row" style={{ marginBottom: 10 }}>
        <SegmentedControl size="xs" value={by} onChange={(v) => setBy(v as "month" | "year")}
          data={[{ value: "year", label: "By year" }, { value: "month", label: "By month" }]} />
        {other && (
          <SegmentedControl size="xs" value={what} onChange={setWhat}
            data={[{ value: "money", label: "Outcome and spend" }, { value: "reach", label: "Exposure" }]} />
        )}
      </div>
      <DataTable table={table} caption="Totals" tight foot={foot} />
      <div className="tools">
        <button type="button" className="link" onClick={() => saveCsv("totals", { ...table, rows: [...table.rows, foot] })}>CSV</button>
      </div>
    </>
  );
}
