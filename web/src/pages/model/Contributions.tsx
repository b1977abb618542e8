import { useCallback, useMemo } from "react";

import { Figure } from "../../charts/Figure";
import { useScheme } from "../../charts/scheme";
import { Stack, fold } from "../../charts/Stack";
import { cell } from "../../charts/table";
import { formatDay } from "../../format/date";
import { Part } from "../../parts/Page";
import { INK, LIGHT, colourOf, lookOf } from "../../theme/palette";
import type { PartProps } from "./Answers";

/** Where the outcome came from: baseline grey at the bottom; means, because means add up. */
export function Contributions({ summary, terms, channels }: PartProps) {
  const scheme = useScheme();
  const { decomposition: d, data } = summary;
  const show = useCallback((v: number | null) => terms.outcome(v), [terms]);
  const layers = useMemo(
    () => [
      { name: "without media", colour: INK[scheme].grey, values: d.baseline.mean },
      ...fold(
        channels.flatMap((name) => {
          const values = d.channels[name]?.mean;
          return values ? [{ name, colour: colourOf(lookOf(channels, name), scheme), values }] : [];
        }),
        LIGHT.length,
        INK[scheme].others,
      ),
    ],
    [d, channels, scheme],
  );
  const share = terms.numbers.shareInterval(summary.total_media.contribution_share);
  const title = `Where ${terms.outcomeName} came from, per ${data.granularity}`;
  return (
    <Part>
      <Figure
        title={title}
        name={title}
        note={`Paid media brought ${share} of it. Averages, because averages add up; intervals are in the table below.`}
        table={{
          columns: [
            { label: data.granularity },
            { label: "actual", numeric: true, unit: data.outcome_unit },
            { label: "expected", numeric: true, unit: data.outcome_unit },
            ...layers.map((l) => ({ label: l.name, numeric: true, unit: data.outcome_unit })),
          ],
          rows: d.dates.map((date, i) => [
            cell(formatDay(date), date),
            cell(terms.outcomeExact(d.actual[i]), d.actual[i]),
            cell(terms.outcome(d.expected.mean[i]), d.expected.mean[i]),
            ...layers.map((l) => cell(terms.outcome(l.values[i]), l.values[i])),
          ]),
        }}
      >
        <Stack title={title} unit={terms.outcomeAxis} dates={d.dates} layers={layers} actual={d.actual} show={show} height={340} />
      </Figure>
    </Part>
  );
}
