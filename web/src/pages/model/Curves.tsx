import { SegmentedControl, Slider } from "@mantine/core";
import { useCallback, useMemo, useState } from "react";

import type { ResponseCurve } from "../../api/summary";
import { Figure } from "../../charts/Figure";
import { Response, valueAt } from "../../charts/Response";
import type { CurvePoint } from "../../charts/Response";
import { useScheme } from "../../charts/scheme";
import { cell } from "../../charts/table";
import { Part } from "../../parts/Page";
import { colourOf, lookOf } from "../../theme/palette";
import type { PartProps } from "./Answers";

export function pointsOf(curve: ResponseCurve): CurvePoint[] {
  const { outcome: o } = curve;
  return curve.spend.map((spend, i) => ({
    spend, q05: o.q05[i]!, q25: o.q25[i]!, q50: o.q50[i]!, q75: o.q75[i]!, q95: o.q95[i]!,
  }));
}

/** What other spends would bring: one channel at a time, with a handle to try amounts. */
export function Curves({ summary, terms, channels }: PartProps) {
  const scheme = useScheme();
  const drawn = channels.filter((name) => summary.channels[name]!.response);
  const [picked, setPicked] = useState(drawn[0] ?? "");
  const name = drawn.includes(picked) ? picked : (drawn[0] ?? "");
  const channel = summary.channels[name];
  const curve = channel?.response ?? null;
  const [times, setTimes] = useState(1);
  const points = useMemo(() => (curve ? pointsOf(curve) : []), [curve]);
  const money = useCallback((v: number) => terms.money(v), [terms]);
  const outcome = useCallback((v: number) => terms.outcome(v), [terms]);
  const now = useMemo(
    () => ({
      spend: channel?.spend ?? 0,
      name: "now",
      slope: channel?.mroi?.q50 ?? null,
      slopeLabel: channel?.mroi ? `next ${terms.unit}: ${terms.rate(channel.mroi.q50)}` : "",
    }),
    [channel, terms],
  );
  const asked = times * now.spend;
  const plan = useMemo(() => (times === 1 ? undefined : { spend: asked, name: money(asked) }), [times, asked, money]);
  if (!channel || !curve) return null;
  const observed = curve.observed_to * channel.spend;
  const most = curve.multiplier[curve.multiplier.length - 1] ?? 2;
  // What was really spent has an answer of its own, from all draws; curves may rest on fewer.
  const at = (key: "q05" | "q50" | "q95") =>
    (times === 1 ? channel.contribution[key] : null) ?? valueAt(points, asked, key);
  const slope = (times === 1 ? channel.mroi?.q50 : null) ?? valueAt(
    curve.spend.map((spend, i) => ({ ...points[i]!, spend, q50: curve.marginal.q50[i]! })),
    asked,
  );
  const range = terms.numbers.range(at("q05"), at("q95"), (v) => terms.numbers.compact(v));
  const title = `What ${name} brings at other spends`;
  return (
    <Part
      title="What other spends would bring"
      lead="Solid where spends were really tried, dashed beyond. The short line at the dot is the return on the next unit. Spend is over the whole history, with its ups and downs kept."
    >
      <div className="scroll" style={{ marginBottom: 14 }}>
        <SegmentedControl size="xs" value={name} onChange={(next) => { setPicked(next); setTimes(1); }} data={drawn} aria-label="Channel" />
      </div>
      <div className="two lopsided">
        <Figure
          title={title}
          name={title}
          table={{
            columns: [
              { label: "Spend", numeric: true, unit: summary.data.currency ?? undefined },
              ...["median", "5 %", "95 %", "next unit"].map((label) => ({ label, numeric: true })),
            ],
            rows: points.map((p, i) => [
              cell(terms.money(p.spend), p.spend),
              cell(terms.outcome(p.q50), p.q50), cell(terms.outcome(p.q05), p.q05), cell(terms.outcome(p.q95), p.q95),
              cell(terms.rate(curve.marginal.q50[i]), curve.marginal.q50[i]),
            ]),
          }}
        >
          <Response
            title={title} colour={colourOf(lookOf(channels, name), scheme)} points={points} observedTo={observed}
            now={now} plan={plan} spendUnit={terms.spendAxis} outcomeUnit={terms.outcomeAxis} money={money} outcome={outcome}
          />
        </Figure>
        <div className="stack" style={{ justifyContent: "center" }}>
          <p className="lead" aria-live="polite" style={{ margin: 0, fontSize: 17 }}>
            {terms.money(asked)} on {name}{" "}
            {times === 1 ? "brought" : "would bring"} {terms.outcome(at("q50"))} <span className="after">{range}</span>;
            the next {terms.unit} there returns {terms.rate(slope)}.
            {asked > observed * 1.0001 && <span className="quiet"> Beyond what was tried: the model’s opinion.</span>}
          </p>
          <div>
            <span className="quiet" id="try-spend">Try another spend</span>
            <Slider
              min={0} max={most} step={most / 200} value={times} onChange={setTimes} aria-labelledby="try-spend"
              label={(v) => terms.money(v * channel.spend)} marks={[{ value: 1, label: "now" }]} mb={24} thumbLabel="Spend"
            />
          </div>
        </div>
      </div>
    </Part>
  );
}
