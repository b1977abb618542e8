import { usePlanComparison } from "../../api/plans";
import type { PlanComparison } from "../../api/plan";
import { Columns } from "../../charts/Columns";
import { DataTable } from "../../charts/DataTable";
import { Figure } from "../../charts/Figure";
import { saveCsv } from "../../charts/save";
import { cell } from "../../charts/table";
import { capitalise } from "../../format/terms";
import { Loaded } from "../../parts/Loaded";
import { Part } from "../../parts/Page";
import { Channel } from "../../parts/Swatch";
import { useTerms } from "../../parts/useTerms";
import { colourVar, lookOf } from "../../theme/palette";

function Side({ comparison, colours }: { comparison: PlanComparison; colours: string[] }) {
  const terms = useTerms(comparison);
  const { scenarios, channels } = comparison;
  const base = scenarios[0];
  const table = {
    columns: [
      { label: "Scenario" }, { label: "Spend", numeric: true }, { label: "Brings, median (90 %)", numeric: true },
      { label: "More than doing nothing, median (90 %)", numeric: true }, { label: "Worse with a probability of", numeric: true },
    ],
    rows: scenarios.map((s) => [
      cell(s.name),
      cell(terms.money(s.spend), s.spend, terms.moneyExact(s.spend)),
      cell(terms.outcomeInterval(s.expected), s.expected.q50),
      s.difference ? cell(terms.outcomeChangeInterval(s.difference), s.difference.q50) : cell("—", null),
      cell(terms.numbers.share(s.probability_worse), s.probability_worse),
    ]),
  };
  const money = {
    columns: [{ label: "Channel" }, ...scenarios.map((s) => ({ label: s.name, numeric: true, unit: comparison.currency ?? undefined }))],
    rows: channels.map((name, i) => [
      cell(name),
      ...scenarios.map((s) => {
        const v = s.channels[i]!;
        const change = base && base.channels[i]! > 0 && s !== base ? v / base.channels[i]! - 1 : null;
        return cell(change === null ? terms.money(v) : `${terms.money(v)} (${terms.numbers.change(change)})`, v, terms.moneyExact(v));
      }),
    ]),
  };
  const title = "Scenarios side by side";
  return (
    <>
      <p className="lead">{capitalise(comparison.sentence)}</p>
      {comparison.warnings.map((line) => <p key={line} className="notice">{line}</p>)}
      <Figure title={title} name={title} table={table} note="Above, what each brings more than doing nothing: median, 50 and 90 %. Below, where its money goes.">
        <Columns
          title={title}
          spendUnit={terms.spendAxis}
          differenceUnit={`more than doing nothing, ${terms.outcomeAxis}`}
          money={(v) => terms.money(v)}
          change={(v) => terms.outcomeChange(v)}
          alternatives={scenarios.map((s) => ({
            name: s.name,
            difference: s.difference,
            parts: channels.map((name, i) => ({ name, colour: colourVar(lookOf(colours, name)), value: s.channels[i] ?? 0 })),
            shown: s.difference ? terms.outcomeChange(s.difference.q50) : terms.outcome(s.expected.q50),
            tip: s.difference
              ? `${s.name}: ${terms.outcomeChangeInterval(s.difference)} against doing nothing\nworse with a probability of ${terms.numbers.share(s.probability_worse)}`
              : `${s.name}: ${terms.outcomeInterval(s.expected)}`,
          }))}
        />
      </Figure>
      <div style={{ marginTop: 16 }}><DataTable table={table} caption={title} /></div>
      <h3 style={{ margin: "22px 0 4px" }}>Where the money goes</h3>
      <DataTable table={money} caption="Where the money goes in each scenario" first={(name) => <Channel name={name} channels={colours} />} />
      <div className="tools"><button type="button" className="link" onClick={() => saveCsv("scenarios-channels", money)}>CSV</button></div>
    </>
  );
}

export function Compare({ ids, colours }: { ids: string[]; colours: string[] }) {
  const comparison = usePlanComparison(ids);
  return (
    <Part title="Compared with doing nothing">
      <Loaded query={comparison} height={420}>{(data) => <Side comparison={data} colours={colours} />}</Loaded>
    </Part>
  );
}
