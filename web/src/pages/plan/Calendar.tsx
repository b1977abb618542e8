import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import type { CSSProperties } from "react";

import { saveCsv } from "../../charts/save";
import { cell } from "../../charts/table";
import { formatDay, formatShortDay } from "../../format/date";
import { Part } from "../../parts/Page";
import { Channel } from "../../parts/Swatch";
import { colourVar, lookOf } from "../../theme/palette";
import type { PlanParts } from "./PlanView";

const DARKEST = 38;

/** Budget per period and channel, as it would be trafficked. */
export function Calendar({ plan, terms, channels }: PlanParts) {
  const [what, setWhat] = useState<"planned" | "change">("planned");
  const { periods } = plan.question;
  if (periods.length === 0 || plan.channels.every((c) => c.periods.length === 0)) return null;
  const most = Math.max(...plan.channels.flatMap((c) => c.periods.map((p) => p.planned)), 1);
  const value = (p: { planned: number; current: number }) => (what === "planned" ? p.planned : p.planned - p.current);
  const show = (v: number) => (what === "planned" ? terms.money(v) : terms.moneyChange(v));
  const table = {
    columns: [{ label: plan.question.period }, ...plan.channels.map((c) => ({ label: c.name, numeric: true, unit: plan.question.currency ?? undefined }))],
    rows: periods.map((date, i) => [cell(formatDay(date), date), ...plan.channels.map((c) => cell("", c.periods[i]?.planned ?? null))]),
  };
  return (
    <Part title="Calendar">
      <SegmentedControl size="xs" mb="sm" value={what} onChange={(v) => setWhat(v as typeof what)} data={[{ value: "planned", label: "Planned" }, { value: "change", label: "Against now" }]} aria-label="What the calendar shows" />
      <div className="scroll" tabIndex={0} role="region" aria-label="Calendar">
        <table className="heat">
          <thead><tr><th scope="col">Channel</th>{periods.map((d) => <th key={d} scope="col">{formatShortDay(d)}</th>)}</tr></thead>
          <tbody>
            {plan.channels.map((c) => (
              <tr key={c.name} style={{ "--k": colourVar(lookOf(channels, c.name)) } as CSSProperties}>
                <th scope="row"><Channel name={c.name} channels={channels} /></th>
                {c.periods.map((p) => (
                  <td key={p.name} title={`${formatDay(p.name)}: ${terms.moneyExact(p.planned)}, now ${terms.moneyExact(p.current)}`} style={{ "--heat": `${((Math.abs(value(p)) / most) * DARKEST).toFixed(0)}%` } as CSSProperties}>
                    {show(value(p))}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr><th scope="row">In all</th>{plan.periods.map((p) => <td key={p.start}>{show(value(p))}</td>)}</tr>
          </tfoot>
        </table>
      </div>
      <div className="tools"><button type="button" className="link" onClick={() => saveCsv("calendar", table)}>CSV</button></div>
    </Part>
  );
}
