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
import { rangeWords } from "../../range/words";
import { INK, LIGHT, colourOf, lookOf } from "../../theme/palette";

/** What can be said before there is a model: how the outcome moved, on what money. */
export function plainSentence(board: Dashboard, terms: Terms, against: string | null): string | null {
  const { kpi, spend, range } = board;
  if (!kpi || !spend || !range) return null;
  const moved = kpi.change === null || against === null ? "" : `, ${terms.numbers.change(kpi.change)} against ${against}`;
  return `${capitalise(kpi.name)} was ${terms.outcome(kpi.total)} in ${rangeWords(range)}${moved}, with ${terms.money(spend.total)} spent.`;
}

interface Props {
  board: Dashboard;
  /** What the range is compared with, in words. */
  against: string | null;
  /** What the page is narrowed to. */
  channel?: string;
  geo?: string;
}

export function Pictures({ board, against, channel, geo }: Props) {
  const terms = useTerms(board);
  const scheme = useScheme();
  const { kpi, spend, window } = board;
  const outcome = useCallback((v: number | null) => terms.outcome(v), [terms]);
  const money = useCallback((v: number | null) => terms.money(v), [terms]);
  const names = useMemo(() => spend?.channels.map((c) => c.name) ?? [], [spend]);
  // A channel keeps its colour when it is shown alone.
  const all = board.choices.channels;
  const layers = useMemo(
    () =>
      fold(
        (spend?.channels ?? []).map((c) => ({ name: c.name, colour: colourOf(lookOf(all, c.name), scheme), values: c.values })),
        LIGHT.length,
        INK[scheme].others,
      ),
    [spend, all, scheme],
  );
  if (!kpi || !spend) return null;
  const after = (change: number | null) =>
    change === null || against === null ? undefined : `${terms.numbers.change(change)} against ${against}`;
  const last = board.range ? rangeWords(board.range).replace(/^the /, "") : "in all";
  return (
    <Part first>
      <Keys
        figures={[
          { name: `${capitalise(kpi.name)}, ${last}`, value: terms.outcome(kpi.total), after: after(kpi.change), exact: terms.outcomeExact(kpi.total) },
          { name: `${channel ? `Spend on ${channel}` : "Spend"}, ${last}`, value: terms.money(spend.total), after: after(spend.change), exact: terms.moneyExact(spend.total) },
          ...(board.mover ? [{ name: "Biggest mover", value: board.mover.channel, after: board.mover.sentence }] : []),
        ]}
      />
      {channel && <p className="note">{capitalise(kpi.name)} is that of all channels{geo ? ` in ${geo}` : ""}: the data does not say which of them brought it.</p>}
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
