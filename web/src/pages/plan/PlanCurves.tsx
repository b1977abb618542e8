import { useCallback, useMemo, useState } from "react";

import type { ChannelPlan } from "../../api/plan";
import { Figure } from "../../charts/Figure";
import { Response } from "../../charts/Response";
import { useScheme } from "../../charts/scheme";
import { cell } from "../../charts/table";
import { Part } from "../../parts/Page";
import { colourOf, lookOf } from "../../theme/palette";
import type { PlanParts } from "./PlanView";

/** Curves that are shown at first; the rest on request. */
const FIRST = 4;

function One({ c, terms, channels, plan }: PlanParts & { c: ChannelPlan }) {
  const scheme = useScheme();
  const points = useMemo(
    () => c.curve.spend.map((spend, i) => {
      const e = c.curve.outcome[i]!;
      return { spend, q05: e.q05 ?? 0, q25: e.q25 ?? 0, q50: e.q50 ?? 0, q75: e.q75 ?? 0, q95: e.q95 ?? 0 };
    }),
    [c],
  );
  const now = useMemo(
    () => ({ spend: c.current, name: "now", slope: c.mroi_current.q50, slopeLabel: `next ${terms.unit}: ${terms.rate(c.mroi_current.q50)}` }),
    [c, terms],
  );
  const ring = useMemo(() => ({ spend: c.planned, name: "planned" }), [c]);
  const money = useCallback((v: number) => terms.money(v), [terms]);
  const outcome = useCallback((v: number) => terms.outcome(v), [terms]);
  const title = `What ${c.name} brings over the horizon`;
  return (
    <Figure
      title={c.name}
      name={title}
      table={{
        columns: [{ label: "Spend", numeric: true, unit: plan.question.currency ?? undefined }, ...["median", "5 %", "95 %"].map((label) => ({ label, numeric: true, unit: plan.question.outcome_unit }))],
        rows: points.map((p) => [cell(terms.money(p.spend), p.spend), cell(terms.outcome(p.q50), p.q50), cell(terms.outcome(p.q05), p.q05), cell(terms.outcome(p.q95), p.q95)]),
      }}
    >
      <Response
        title={title} colour={colourOf(lookOf(channels, c.name), scheme)} points={points} observedTo={c.observed_to} now={now}
        plan={Math.abs(c.planned - c.current) > 0.01 * Math.max(c.current, 1) ? ring : undefined}
        spendUnit={terms.spendAxis} outcomeUnit={terms.outcomeAxis} money={money} outcome={outcome} height={250}
      />
    </Figure>
  );
}

export function PlanCurves(parts: PlanParts) {
  const [all, setAll] = useState(false);
  const sorted = [...parts.plan.channels].sort((a, b) => Math.abs(b.planned - b.current) - Math.abs(a.planned - a.current));
  const shown = all ? sorted : sorted.slice(0, FIRST);
  return (
    <Part title="Why there" lead="Money moves to where the curve is steepest. Dot: now. Ring: planned. Dashed: beyond what was tried.">
      <div className="two">{shown.map((c) => <One key={c.name} c={c} {...parts} />)}</div>
      {sorted.length > FIRST && (
        <button type="button" className="link" onClick={() => setAll(!all)}>{all ? "Show fewer" : `Show all ${sorted.length}`}</button>
      )}
    </Part>
  );
}
