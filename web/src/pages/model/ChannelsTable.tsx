import { DataTable } from "../../charts/DataTable";
import { saveCsv } from "../../charts/save";
import { cell } from "../../charts/table";
import type { TableSpec } from "../../charts/table";
import type { Estimate } from "../../api/common";
import { columnDecimals } from "../../format/number";
import { Part } from "../../parts/Page";
import { Channel } from "../../parts/Swatch";
import type { PartProps } from "./Answers";

export function ChannelsTable({ summary, terms, channels }: PartProps) {
  const all = channels.map((name) => ({ name, c: summary.channels[name]! }));
  const digits = columnDecimals(all.flatMap(({ c }) => [c.roi?.q50, c.roi?.q95]));
  const rate = (e: Estimate | null | undefined) => (e ? cell(terms.rateInterval(e, digits), e.q50) : cell("—", null));
  const counts = !terms.outcomeIsMoney;
  const table: TableSpec = {
    columns: [
      { label: "Channel" },
      { label: "Spend", numeric: true, unit: summary.data.currency ?? undefined },
      { label: "Share of spend", numeric: true },
      { label: `Brought (90 %)`, numeric: true, unit: summary.data.outcome_unit },
      { label: `Share of ${terms.outcomeName} (90 %)`, numeric: true },
      { label: `${terms.returnPerUnit} (90 %)`, numeric: true },
      { label: `${terms.returnOnNext} (90 %)`, numeric: true },
      ...(counts ? [{ label: "Cost per outcome (90 %)", numeric: true }] : []),
      { label: "Comes later (90 %)", numeric: true },
    ],
    rows: all.map(({ name, c }) => [
      cell(name),
      c.kind === "organic" ? cell("organic", null) : cell(terms.money(c.spend), c.spend, terms.moneyExact(c.spend)),
      c.kind === "organic" ? cell("—", null) : cell(terms.numbers.share(c.spend_share), c.spend_share),
      cell(terms.outcomeInterval(c.contribution), c.contribution.q50),
      cell(terms.numbers.shareInterval(c.contribution_share), c.contribution_share.q50),
      rate(c.roi),
      rate(c.mroi),
      ...(counts ? [c.cpa ? cell(terms.costInterval(c.cpa), c.cpa.q50) : cell("—", null)] : []),
      cell(terms.numbers.shareInterval(c.carryover_share), c.carryover_share.q50),
    ]),
  };
  const total = summary.total_media;
  const foot = [
    cell("All paid"), cell(terms.money(total.spend)), cell("100 %"),
    cell(terms.outcomeInterval(total.contribution)), cell(terms.numbers.shareInterval(total.contribution_share)),
    total.roi ? cell(terms.rateInterval(total.roi, digits)) : cell("—"), cell(""), ...(counts ? [cell("")] : []), cell(""),
  ];
  const doubtful = all.filter(({ c }) => (c.no_effect ?? 0) > 0 && (c.contribution.q05 ?? 0) <= 0);
  return (
    <Part title="All channels">
      <DataTable table={table} caption="All channels; medians with 90 % intervals" foot={foot} first={(name) => <Channel name={name} channels={channels} />} />
      <div className="tools">
        <button type="button" className="link" onClick={() => saveCsv("channels", table)}>CSV</button>
      </div>
      {doubtful.length > 0 && (
        <p className="note">
          May bring nothing at all: {doubtful.map(({ name, c }) => `${name} with a probability of ${terms.numbers.share(c.no_effect)}`).join(", ")}.
        </p>
      )}
    </Part>
  );
}
