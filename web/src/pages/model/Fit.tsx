import { useCallback } from "react";

import { Figure } from "../../charts/Figure";
import { cell } from "../../charts/table";
import { TimeBands } from "../../charts/TimeBands";
import type { Summary } from "../../api/summary";
import { formatDay, plural } from "../../format/date";
import type { Terms } from "../../format/terms";
import { Part } from "../../parts/Page";

/** Whether the model describes what happened, and what it did not see. */
export function Fit({ summary, terms }: { summary: Summary; terms: Terms }) {
  const { decomposition: d, fit, data } = summary;
  const show = useCallback((v: number | null) => terms.outcome(v), [terms]);
  const share = (v: number) => terms.numbers.share(v);
  const unseen = fit.holdout
    ? ` On ${plural(fit.holdout.periods, data.granularity)} that it had not seen it was off by ${share(fit.holdout.wmape)}; “the same as a year ago” by ${share(fit.holdout.naive_wmape)}.`
    : fit.backtest
      ? ` Forecasting from ${plural(fit.backtest.origins.length, "earlier date")} it was off by ${share(fit.backtest.wmape)}; “the same as a year ago” by ${share(fit.backtest.naive_wmape)}.`
      : "";
  const title = "What happened, and what the model says";
  return (
    <Part title="Does it describe the data?" lead={`It explains ${share(fit.r2)} of the ups and downs and is off by ${share(fit.wmape)} on average.${unseen}`}>
      <Figure
        title={title}
        name={title}
        table={{
          columns: [{ label: data.granularity }, ...["actual", "expected", "5 %", "95 %"].map((label) => ({ label, numeric: true, unit: data.outcome_unit }))],
          rows: d.dates.map((date, i) => [
            cell(formatDay(date), date),
            ...[d.actual[i], d.expected.q50[i], d.predictive.q05[i], d.predictive.q95[i]].map((v) => cell(terms.outcome(v), v)),
          ]),
        }}
      >
        <TimeBands title={title} unit={terms.outcomeAxis} dates={d.dates} actual={d.actual} expected={d.expected} predictive={d.predictive} heldOut={d.held_out} show={show} />
      </Figure>
    </Part>
  );
}
