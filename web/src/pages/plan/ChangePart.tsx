import { Figure } from "../../charts/Figure";
import { DOTS, QuantileDots, quantileDots } from "../../charts/QuantileDots";
import { Waterfall } from "../../charts/Waterfall";
import type { Step } from "../../charts/Waterfall";
import { cell } from "../../charts/table";
import { Part } from "../../parts/Page";
import { colourVar, lookOf } from "../../theme/palette";
import { changeOf } from "./change";
import type { PlanParts } from "./PlanView";

/** From doing nothing to the plan, step by step; and how sure it is that it is better. */
export function ChangePart({ plan, terms, channels }: PlanParts) {
  const change = changeOf(plan);
  if (!change) return null;
  let at = 0;
  const steps: Step[] = change.steps.map((s) => {
    const from = at;
    at += s.amount;
    const range = s.interval ? ` ${terms.numbers.range(s.interval.low, s.interval.high, (v) => terms.numbers.compact(v))}` : "";
    return {
      name: s.name, colour: s.kind === "rest" ? "var(--grey-ink)" : colourVar(lookOf(channels, s.name)),
      from, to: at, shown: terms.outcomeChange(s.amount),
      interval: s.interval && { low: from + s.interval.low, high: from + s.interval.high },
      tip: `${s.name}: ${terms.outcomeChange(s.amount)}${range}`,
    };
  });
  const d = change.difference;
  steps.push({
    name: "the plan", colour: "var(--accent)", from: 0, to: change.end - change.base, shown: `= ${terms.outcome(change.end)}`,
    interval: d && d.q05 !== null && d.q95 !== null ? { low: d.q05, high: d.q95 } : undefined,
    tip: `The plan brings ${terms.outcome(change.end)}${d ? `, ${terms.outcomeChangeInterval(d)} against doing nothing` : ""}`,
  });
  const title = "Where the difference to doing nothing comes from";
  const dots = d ? quantileDots(d) : [];
  const above = dots.filter((v) => v >= 0).length;
  const chance = `In ${above} of ${DOTS} equally likely cases the plan brings at least as much as doing nothing`;
  const tick = (v: number) => (v === 0 ? "0" : terms.outcomeChange(v));
  return (
    <Part>
      <div className="two">
        <Figure
          title={title}
          name={title}
          note={`It starts at what doing nothing brings, ${terms.outcome(change.base)}. Averages, because averages add up.${change.steps.some((s) => s.kind === "rest") ? " “Together” belongs to no channel alone." : ""}`}
          table={{
            columns: [{ label: "Step" }, { label: "Adds", numeric: true, unit: plan.question.outcome_unit }],
            rows: [...change.steps.map((s) => [cell(s.name), cell(terms.outcomeChange(s.amount), s.amount)]), [cell("the plan"), cell(terms.outcomeChange(change.end - change.base), change.end - change.base)]],
          }}
        >
          <Waterfall title={title} unit={`difference, ${terms.outcomeAxis}`} steps={steps} tick={tick} />
        </Figure>
        {d && dots.length > 0 && (d.q95 ?? 0) > (d.q05 ?? 0) && (
          <Figure
            title={chance}
            name={chance}
            note={`Each dot is one twentieth of the probability. Over all draws the plan is worse with ${terms.numbers.share(plan.comparison[0]?.probability_worse)}.`}
            table={{
              columns: [{ label: "Case", numeric: true }, { label: "The plan less doing nothing", numeric: true, unit: plan.question.outcome_unit }],
              rows: dots.map((v, i) => [cell(String(i + 1), i + 1), cell(terms.outcomeChange(v), v)]),
            }}
          >
            <QuantileDots title={chance} estimate={d} reference={{ value: 0, name: "doing nothing" }} unit={`difference, ${terms.outcomeAxis}`} tick={tick} />
          </Figure>
        )}
      </div>
    </Part>
  );
}
