import { useMemo } from "react";

import type { PlanDocument } from "../../api/plan";
import { formatDay, plural } from "../../format/date";
import { capitalise } from "../../format/terms";
import { Keys, Method, Part, splitInterval } from "../../parts/Page";
import { State } from "../../parts/State";
import { useTerms } from "../../parts/useTerms";
import { Calendar } from "./Calendar";
import { ChangePart } from "./ChangePart";
import { PlanCurves } from "./PlanCurves";
import { PlanTable } from "./PlanTable";
import { PlanTracks } from "./PlanTracks";

function budgetOf(plan: PlanDocument, money: (v: number) => string): string {
  const { budget_least: least, budget_most: most } = plan.question;
  if (most == null) return least > 0 ? `${money(least)} or more` : "not fixed";
  if (Math.abs(most - least) <= 1e-6 * Math.abs(most)) return money(most);
  return least > 0 ? `${money(least)}–${money(most)}` : `up to ${money(most)}`;
}

/** A priced plan: what changes, what it brings, how sure that is, what holds it back. */
export function PlanView({ plan }: { plan: PlanDocument }) {
  const terms = useTerms(plan.question);
  const channels = useMemo(() => plan.channels.map((c) => c.name), [plan]);
  const { totals, question, certificate } = plan;
  const nothing = plan.comparison[0];
  const parts = { plan, terms, channels };
  return (
    <>
      {plan.source.health === "fail" && (
        <p className="notice fail"><strong>Do not act on this plan.</strong> The model that it rests on failed its health check: mend the model first, then plan again.</p>
      )}
      <Keys
        figures={[
          { name: "Budget", value: budgetOf(plan, (v) => terms.money(v)) },
          { name: totals.current === totals.planned ? "Planned, as now" : "Planned", value: terms.money(totals.planned), exact: terms.moneyExact(totals.planned), after: totals.unspent > 0.5 ? `${terms.money(totals.unspent)} left unspent` : undefined },
          { name: terms.outcomeIsMoney ? "Revenue it brings, median" : `It brings, ${terms.outcomeName}, median`, ...splitInterval(terms.outcomeInterval(totals.expected)) },
          ...(nothing ? [{ name: `Over doing nothing, median; worse with a probability of ${terms.numbers.share(nothing.probability_worse)}`, ...splitInterval(terms.outcomeChangeInterval(nothing.difference)) }] : []),
          ...(totals.roi ? [{ name: terms.returnPerUnit, ...splitInterval(terms.rateInterval(totals.roi)) }] : []),
          ...(totals.profit ? [{ name: "Profit after spend", ...splitInterval(terms.moneyInterval(totals.profit)) }] : []),
        ]}
      />
      <PlanTracks {...parts} />
      <ChangePart {...parts} />
      <PlanTable {...parts} />
      <PlanCurves {...parts} />
      <Calendar {...parts} />
      {plan.binding.length > 0 && (
        <Part title="What holds it back" lead="Limits that bind, the dearest first, with what a little slack would bring.">
          <ul className="checks">
            {plan.binding.map((b) => (
              <li key={b.limit} style={{ gridTemplateColumns: "minmax(0, 1fr)" }}><p>{capitalise(b.sentence)}</p></li>
            ))}
          </ul>
        </Part>
      )}
      {plan.notes.length > 0 && (
        <Part title="Before you sign">
          <ul className="checks">
            {plan.notes.map((n) => (
              <li key={n.code + n.sentence} style={{ gridTemplateColumns: "minmax(0, 1fr) auto" }}><p>{capitalise(n.sentence)}</p><code>{n.code}</code></li>
            ))}
          </ul>
        </Part>
      )}
      <Part title="Can I believe it?">
        {certificate && <p>{capitalise(certificate.sentence)}</p>}
        <p>The model it rests on: <State state={plan.source.health} /></p>
        <Method
          facts={[
            ["Asked for", question.objective],
            ["From", `${formatDay(question.periods[0])}, ${plural(question.periods.length, question.period)}`],
            ["Limits", question.limits.join("; ") || "none"],
            ["Comes later", `${terms.outcome(totals.expected_later)} of what it brings comes after the last ${question.period}: it carries over`],
            ["Search", certificate ? `${certificate.nodes} boxes of plans ruled out; gap ${terms.numbers.share(certificate.gap)}` : "priced, not searched"],
            ["Model", `${plan.source.preset}, seed ${plan.source.seed}, ${plan.source.draws} draws, ${plan.source.structures.map(([n, w]) => `${n} ${terms.numbers.share(w)}`).join(", ")}`],
            ["Fingerprint of the data", <code key="f">{plan.source.data.slice(0, 16)}</code>],
          ]}
        />
      </Part>
    </>
  );
}

export interface PlanParts {
  plan: PlanDocument;
  terms: ReturnType<typeof useTerms>;
  channels: string[];
}
