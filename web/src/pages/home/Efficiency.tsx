import type { Dashboard } from "../../api/dashboard";
import { DataTable } from "../../charts/DataTable";
import { fileName, saveCsv } from "../../charts/save";
import { cell } from "../../charts/table";
import type { TableSpec } from "../../charts/table";
import { columnDecimals } from "../../format/number";
import { Part } from "../../parts/Page";
import { Channel } from "../../parts/Swatch";
import { useTerms } from "../../parts/useTerms";

/** What each channel returns where a model knows it, and what reaching people costs where not. */
export function Efficiency({ board }: { board: Dashboard }) {
  const terms = useTerms(board);
  const rows = board.efficiency;
  if (rows.length === 0) return null;
  const modelled = rows.some((row) => row.roi);
  const costs = rows.some((row) => row.cost);
  const digits = columnDecimals(rows.flatMap((row) => [row.roi?.q50, row.roi?.q95]));
  const unit = board.currency ?? undefined;
  const span = board.window ? `${board.window.periods} ${board.granularity}s` : null;
  const before = span ? `the ${span} before` : "before";
  const table: TableSpec = {
    columns: [
      { label: "Channel" },
      { label: "Spend", numeric: true, unit },
      { label: "Share of spend", numeric: true },
      ...(modelled ? [
        { label: `${terms.returnPerUnit} (90 %)`, numeric: true },
        { label: `${terms.returnOnNext} (90 %)`, numeric: true },
      ] : []),
      ...(costs ? [{ label: "Cost of reaching people", numeric: true }, { label: `against ${before}`, numeric: true }] : []),
    ],
    rows: rows.map((row) => [
      cell(row.channel),
      cell(terms.money(row.spend), row.spend, terms.moneyExact(row.spend)),
      cell(terms.numbers.share(row.share), row.share),
      ...(modelled ? [row.roi, row.mroi].map((e) => (e ? cell(terms.rateInterval(e, digits), e.q50) : cell("—", null))) : []),
      ...(costs ? [
        row.cost ? cell(`${terms.sign}${terms.numbers.compact(row.cost.value)} per ${row.cost.unit}`, row.cost.value) : cell("—", null),
        row.cost?.before ? cell(terms.numbers.change(row.cost.value / row.cost.before - 1), row.cost.value / row.cost.before - 1) : cell("—", null),
      ] : []),
    ]),
  };
  const names = rows.map((row) => row.channel);
  return (
    <Part
      title="Efficiency per channel"
      lead={modelled ? `Spend of ${span ? `the last ${span}` : "the whole data"}; returns as the published model has learnt them from all of its data.` : "Without a model the data says what reaching people costs, not what it brings. A fit estimates that."}
    >
      <DataTable table={table} caption="Efficiency per channel" first={(name) => <Channel name={name} channels={names} />} />
      <div className="tools">
        <button type="button" className="link" onClick={() => saveCsv(fileName("efficiency"), table)}>CSV</button>
      </div>
    </Part>
  );
}
