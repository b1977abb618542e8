import { DataTable } from "../../charts/DataTable";
import { saveCsv } from "../../charts/save";
import { cell } from "../../charts/table";
import type { TableSpec } from "../../charts/table";
import { columnDecimals } from "../../format/number";
import { Part } from "../../parts/Page";
import { Channel } from "../../parts/Swatch";
import type { PlanParts } from "./PlanView";

/** Changes below this share are what a search leaves when nothing was to change. */
const NOTHING = 5e-4;

export function PlanTable({ plan, terms, channels }: PlanParts) {
  const digits = columnDecimals(plan.channels.flatMap((c) => [c.mroi.q50, c.mroi.q95, c.mroi_current.q95]));
  const unit = plan.question.currency ?? undefined;
  const changeOf = (change: number) => (Math.abs(change) < NOTHING ? "as now" : terms.numbers.change(change));
  const table: TableSpec = {
    columns: [
      { label: "Channel" }, { label: "Now", numeric: true, unit }, { label: "Planned", numeric: true, unit }, { label: "Change", numeric: true },
      { label: "Brings, median (90 %)", numeric: true, unit: plan.question.outcome_unit },
      { label: `${terms.returnOnNext} now (90 %)`, numeric: true }, { label: "and planned (90 %)", numeric: true },
    ],
    rows: plan.channels.map((c) => {
      const change = c.current > 0 ? c.planned / c.current - 1 : null;
      return [
        cell(c.name),
        cell(terms.money(c.current), c.current, terms.moneyExact(c.current)),
        cell(terms.money(c.planned), c.planned, terms.moneyExact(c.planned)),
        cell(change === null ? (c.planned > 0 ? "new" : "—") : changeOf(change), change),
        cell(terms.outcomeInterval(c.expected), c.expected.q50),
        cell(terms.rateInterval(c.mroi_current, digits), c.mroi_current.q50),
        cell(terms.rateInterval(c.mroi, digits), c.mroi.q50),
      ];
    }),
  };
  const { totals } = plan;
  const foot = [
    cell("In all"), cell(terms.money(totals.current)), cell(terms.money(totals.planned)),
    cell(totals.current > 0 ? changeOf(totals.planned / totals.current - 1) : ""),
    cell(terms.outcomeInterval(totals.expected)), cell(""), cell(""),
  ];
  const beyond = plan.channels.filter((c) => c.extrapolated).map((c) => c.name);
  return (
    <Part title="All channels">
      <DataTable table={table} caption="The plan per channel; medians with 90 % intervals" foot={foot} first={(name) => <Channel name={name} channels={channels} />} />
      <div className="tools"><button type="button" className="link" onClick={() => saveCsv("plan-channels", table)}>CSV</button></div>
      {beyond.length > 0 && <p className="note">Beyond what was ever spent: {beyond.join(", ")}. There the curve is the model’s opinion, and the interval says so.</p>}
    </Part>
  );
}
