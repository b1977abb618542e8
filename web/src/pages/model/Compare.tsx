import { NativeSelect } from "@mantine/core";

import { useModelComparison } from "../../api/models";
import type { Model } from "../../api/models";
import type { Comparison, Pair } from "../../api/summary";
import { DataTable } from "../../charts/DataTable";
import { Figure } from "../../charts/Figure";
import { Forest } from "../../charts/Forest";
import { cell } from "../../charts/table";
import { Numbers, columnDecimals } from "../../format/number";
import { capitalise } from "../../format/terms";
import type { Terms } from "../../format/terms";
import { Loaded } from "../../parts/Loaded";
import { Part } from "../../parts/Page";
import { State } from "../../parts/State";
import { Channel } from "../../parts/Swatch";
import { colourVar, lookOf } from "../../theme/palette";

const numbers = new Numbers();

function Differences({ comparison, terms, channels }: { comparison: Comparison; terms: Terms; channels: string[] }) {
  const digits = columnDecimals(comparison.channels.flatMap((c) => [c.roi?.a.q95, c.roi?.b.q95]));
  const both = (pair: Pair | null | undefined) =>
    pair ? `${terms.rateInterval(pair.a, digits)} → ${terms.rateInterval(pair.b, digits)}` : "—";
  const share = (pair: Pair) => `${numbers.shareInterval(pair.a)} → ${numbers.shareInterval(pair.b)}`;
  const table = {
    columns: [
      { label: "Channel" }, { label: `${terms.returnPerUnit}: before → after`, numeric: true },
      { label: `Share of ${terms.outcomeName}: before → after`, numeric: true }, { label: "In words" },
    ],
    rows: comparison.channels.map((c) => [
      cell(c.channel),
      cell(both(c.roi), c.roi?.difference ?? null),
      cell(share(c.share), c.share.difference),
      cell(c.sentence),
    ]),
  };
  const title = `${terms.returnPerUnit}: before in grey, after in colour`;
  const rows = comparison.channels.flatMap((c) => (c.roi ? [{
    name: c.channel, colour: colourVar(lookOf(channels, c.channel)), estimate: c.roi.b, before: c.roi.a,
    shown: terms.rateInterval(c.roi.b, digits), tip: `${c.channel}: ${both(c.roi)}\n${c.sentence}`,
  }] : []));
  return (
    <>
      <p className="lead">{capitalise(comparison.sentence)} <State state={comparison.verdict} /></p>
      {!comparison.same_data && comparison.data_differences.map((line) => <p key={line} className="note">{line}</p>)}
      <Figure title={title} name={title} table={table}>
        <Forest title={title} unit={terms.rateUnit} rows={rows} tick={(v) => numbers.aligned(v, 2)} />
      </Figure>
      <div style={{ marginTop: 14 }}><DataTable table={table} caption="What moved per channel" first={(name) => <Channel name={name} channels={channels} />} /></div>
    </>
  );
}

interface Props {
  models: Model[];
  model: Model;
  against: string | undefined;
  terms: Terms;
  /** All channels, in the order of colours. */
  channels: string[];
  onChoose: (id: string | undefined) => void;
}

/** A new model never moves numbers silently: how every one of them would change, before publishing. */
export function Compare({ models, model, against, terms, channels, onChoose }: Props) {
  const others = models.filter((m) => m.state === "ready" && m.id !== model.id);
  const left = others.find((m) => m.id === against)?.id;
  const comparison = useModelComparison(left, model.id);
  return (
    <Part title="What would change" lead="Set this version beside another one before its numbers reach Home and Plan.">
      <NativeSelect
        w={320}
        aria-label="Compare with"
        value={left ?? ""}
        data={[{ value: "", label: "Compare with …" }, ...others.map((m) => ({ value: m.id, label: `${m.name}, version ${m.version}${m.published ? " (published)" : ""}` }))]}
        onChange={(event) => onChoose(event.currentTarget.value || undefined)}
        mb="md"
      />
      {left && <Loaded query={comparison}>{(data) => <Differences comparison={data} terms={terms} channels={channels} />}</Loaded>}
    </Part>
  );
}
