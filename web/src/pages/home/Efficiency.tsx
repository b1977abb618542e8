import type { Dashboard } from "../../api/dashboard";
import { DataTable } from "../../charts/DataTable";
import { fileName, saveCsv } from "../../charts/save";
import { cell } from "../../charts/table";
import type { TableSpec } from "../../charts/table";
import { columnDecimals } from "../../format/number";
import { Part } from "../../parts/Page";
import { Channel } from "../../parts/Swatch";
import { useTerms } from "../../parts/useTerms";
import { rangeWords } from "../../range/words";

/** What each channel returns where a model knows it, and what reaching people costs where not. */
export function Efficiency({ board, against }: { board: Dashboard; against: string | null }) {
  const terms = useTerms(board);
  const rows = board.efficiency;
  if (rows.length === 0) return null;
  const modelled = rows.some((row) => row.roi);
  const costs = rows.some((row) => row.cost);
  const digits = columnDecimals(rows.flatMap((row) => [row.roi?.q50, row.roi?.q95]));
  const moved = (change: number | null | undefined) => (change == null ? cell("—", null) : cell(terms.numbers.change(change), change));
  const unit = board.currency ?? undefined;
  const span = board.range ? rangeWords(board.range) : "the whole data";
  const table: TableSpec = {
    columns: [
      { label: "Channel" },
      { label: "Spend", numeric: true, unit },
      { label: "Share of spend", numeric: true },
      ...(modelled ? [
        { label: `${terms.returnPerUnit} (90 %)`, numeric: true },
        { label: `${terms.returnOnNext} (90 %)`, numeric: true },
      ] : []),
      ...(costs ? [{ label: "Cost of reaching people", numeric: true }] : []),
      ...(against ? [{ label: `Spend against ${against}`, numeric: true }] : []),
      ...(costs && against ? [{ label: `Cost against ${against}`, numeric: true }] : []),
    ],
    rows: rows.map((row) => [
      cell(row.channel),
      cell(terms.money(row.spend), row.spend, terms.moneyExact(row.spend)),
      cell(terms.numbers.share(row.share), row.share),
      ...(modelled ? [row.roi, row.mroi].map((e) => (e ? cell(terms.rateInterval(e, digits), e.q50) : cell("—", null))) : []),
      ...(costs ? [row.cost ? cell(`${terms.sign}${terms.numbers.compact(row.cost.value)} per ${row.cost.unit}`, row.cost.value) : cell("—", null)] : []),
      ...(against ? [moved(row.change)] : []),
      ...(costs && against ? [moved(row.cost?.change)] : []),
    ]),
  };
  return (
    <Part
      title="Efficiency per channel"
      lead={modelled ? `Spend of ${span}; returns as the published model has learnt them from all of its data, whatever range is shown.` : "Without a model the data says what reaching people costs, not what it brings. A fit estimates that."}
    >
      <DataTable table={table} caption="Efficiency per channel" first={(name) => <Channel name={name} channels={board.choices.channels} />} />
      <div className="tools">
        <button type="button" className="link" onClick={() => saveCsv(fileName("efficiency"), table)}>CSV</button>
      </div>
    </Part>
  );
}
