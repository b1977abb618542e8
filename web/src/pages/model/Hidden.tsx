import { DataTable } from "../../charts/DataTable";
import { saveCsv } from "../../charts/save";
import { cell } from "../../charts/table";
import type { TableSpec } from "../../charts/table";
import { capitalise } from "../../format/terms";
import { Part } from "../../parts/Page";
import { Channel } from "../../parts/Swatch";
import type { PartProps } from "./Answers";

const knownAs = (demand: string) => (demand === "seasonality" ? "the seasons" : demand);

/** How strong a demand that nobody measured would have to be to halve each return. */
export function Hidden({ summary, terms, channels }: PartProps) {
  const all = channels.flatMap((name) => {
    const hidden = summary.channels[name]!.hidden_demand;
    return hidden ? [{ name, hidden }] : [];
  });
  all.sort((a, b) => a.hidden.halves - b.hidden.halves);
  const weakest = all[0];
  if (!weakest) return null;
  const table: TableSpec = {
    columns: [
      { label: "Channel" },
      { label: "Halved by a share of", numeric: true },
      { label: "One as strong as" },
      { label: "Leaves of its return", numeric: true },
    ],
    rows: all.map(({ name, hidden }) => {
      const reference = hidden.references[0];
      return [
        cell(name),
        cell(terms.numbers.share(hidden.halves), hidden.halves),
        cell(reference ? knownAs(reference.name) : "—"),
        reference ? cell(terms.numbers.share(reference.left), reference.left) : cell("—", null),
      ];
    }),
  };
  return (
    <Part title="What a demand that nobody measured could undo" lead={capitalise(weakest.hidden.sentence)}>
      <DataTable
        table={table}
        caption="How strong a hidden demand would have to be to halve each return"
        first={(name) => <Channel name={name} channels={channels} />}
      />
      <div className="tools">
        <button type="button" className="link" onClick={() => saveCsv("hidden-demand", table)}>CSV</button>
      </div>
      <p className="note">
        The share is of what baseline, controls and the other channels leave open, of the channel's exposure and of {terms.outcomeName} alike. An experiment is the only cure.
      </p>
    </Part>
  );
}
