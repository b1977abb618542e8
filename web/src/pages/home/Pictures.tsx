import { useCallback, useMemo } from "react";

import type { Dashboard } from "../../api/dashboard";
import { Figure } from "../../charts/Figure";
import { Line } from "../../charts/Line";
import { useScheme } from "../../charts/scheme";
import { Stack, fold } from "../../charts/Stack";
import { cell } from "../../charts/table";
import { formatDay } from "../../format/date";
import { capitalise } from "../../format/terms";
import type { Terms } from "../../format/terms";
import { Keys, Part } from "../../parts/Page";
import { useTerms } from "../../parts/useTerms";
import { INK, LIGHT, colourOf, lookOf } from "../../theme/palette";

const share = (now: number, before: number | null) =>
  before === null || before === 0 ? null : now / before - 1;

/** What can be said before there is a model: how the outcome moved, on what money. */
export function plainSentence(board: Dashboard, terms: Terms): string | null {
  const { kpi, spend, window } = board;
  if (!kpi || !spend || !window) return null;
  const moved = share(kpi.total, kpi.before);
  const against = moved === null ? "" : `, ${terms.numbers.change(moved)} against the ${window.periods} before`;
  return `${capitalise(kpi.name)} was ${terms.outcome(kpi.total)} in the last ${window.periods} ${board.granularity}s${against}, with ${terms.money(spend.total)} spent.`;
}

export function Pictures({ board }: { board: Dashboard }) {
  const terms = useTerms(board);
  const scheme = useScheme();
  const { kpi, spend, window } = board;
  const outcome = useCallback((v: number | null) => terms.outcome(v), [terms]);
  const money = useCallback((v: number | null) => terms.money(v), [terms]);
  const names = useMemo(() => spend?.channels.map((c) => c.name) ?? [], [spend]);
  const layers = useMemo(
    () =>
      fold(
        (spend?.channels ?? []).map((c) => ({ name: c.name, colour: colourOf(lookOf(names, c.name), scheme), values: c.values })),
        LIGHT.length,
        INK[scheme].others,
      ),
    [spend, names, scheme],
  );
  if (!kpi || !spend) return null;
  const against = window ? `the ${window.periods} ${board.granularity}s before` : "before";
  const after = (now: number, before: number | null) => {
    const change = share(now, before);
    return change === null ? undefined : `${terms.numbers.change(change)} against ${against}`;
  };
  const last = window ? `last ${window.periods} ${board.granularity}s` : "in all";
  return (
    <Part first>
      <Keys
        figures={[
          { name: `${capitalise(kpi.name)}, ${last}`, value: terms.outcome(kpi.total), after: after(kpi.total, kpi.before), exact: terms.outcomeExact(kpi.total) },
          { name: `Spend, ${last}`, value: terms.money(spend.total), after: after(spend.total, spend.before), exact: terms.moneyExact(spend.total) },
          ...(board.mover ? [{ name: "Biggest mover", value: board.mover.channel, after: board.mover.sentence }] : []),
        ]}
      />
      <div className="two">
        <Figure
          title={`${capitalise(kpi.name)} per ${board.granularity}`}
          name={`${kpi.name} per ${board.granularity}`}
          table={{
            columns: [{ label: board.granularity }, { label: kpi.name, numeric: true, unit: board.outcome_unit }],
            rows: kpi.dates.map((d, i) => [cell(formatDay(d), d), cell(terms.outcomeExact(kpi.values[i]), kpi.values[i])]),
          }}
        >
          <Line
            title={`${kpi.name} per ${board.granularity}`} name={kpi.name} unit={terms.outcomeAxis}
            dates={kpi.dates} values={kpi.values} since={window?.from ?? undefined} show={outcome}
          />
        </Figure>
        <Figure
          title={`Where the money went per ${board.granularity}`}
          name={`spend per ${board.granularity}`}
          table={{
            columns: [{ label: board.granularity }, ...names.map((n) => ({ label: n, numeric: true, unit: board.currency ?? undefined }))],
            rows: spend.dates.map((d, i) => [
              cell(formatDay(d), d),
              ...spend.channels.map((c) => cell(terms.moneyExact(c.values[i]), c.values[i])),
            ]),
          }}
        >
          <Stack
            title={`Spend per ${board.granularity} and channel`} unit={terms.spendAxis}
            dates={spend.dates} layers={layers} show={money} height={260}
          />
        </Figure>
      </div>
    </Part>
  );
}
