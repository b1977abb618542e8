import { Link } from "@tanstack/react-router";

import { useDatasets } from "../../api/datasets";
import type { Dataset } from "../../api/datasets";
import { formatDay, formatMoment, plural } from "../../format/date";
import { Demo } from "../../parts/Demo";
import { Drop } from "../../parts/Drop";
import { Loaded } from "../../parts/Loaded";
import { Empty, PageHead, Part } from "../../parts/Page";
import { State } from "../../parts/State";

function sentenceOf(sets: Dataset[]): string {
  const newest = sets[0];
  if (!newest) return "There is no data yet: drop a file.";
  const state = newest.quality.verdict === "ok" ? "nothing needs a look" : newest.quality.verdict === "review" ? `${plural(newest.quality.findings, "thing")} to look at` : "it cannot be used as it is";
  return `${newest.name} holds ${plural(newest.periods, newest.granularity)} up to ${formatDay(newest.until)}; ${state}.`;
}

function List({ sets }: { sets: Dataset[] }) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="What was imported">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Data set</th>
            <th scope="col">From – to</th>
            <th scope="col" className="number">Periods</th>
            <th scope="col" className="number">Channels</th>
            <th scope="col" className="number">Regions</th>
            <th scope="col">Outcome</th>
            <th scope="col">Quality</th>
            <th scope="col">Imported</th>
          </tr>
        </thead>
        <tbody>
          {sets.map((set) => (
            <tr key={set.id}>
              <td><Link to="/data/$id" params={{ id: set.id }}>{set.name}</Link> <span className="quiet">v{set.version}</span></td>
              <td className="nowrap">{formatDay(set.from)} – {formatDay(set.until)}</td>
              <td className="number">{plural(set.periods, set.granularity)}</td>
              <td className="number">{set.channels.length}</td>
              <td className="number">{set.geos.length}</td>
              <td>{set.kpi}</td>
              <td>{set.quality.verdict ? <State state={set.quality.verdict} /> : "not checked"}</td>
              <td className="nowrap">{formatMoment(set.created_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export default function DataPage() {
  const sets = useDatasets();
  return (
    <div className="page">
      <Loaded query={sets} height={320}>
        {({ items }) => (
          <>
            <PageHead name="Data" question="Is the data complete and right?" sentence={sentenceOf(items)} />
            <Part first>
              <Drop />
            </Part>
            {items.length > 0 ? (
              <Part title="What was imported"><List sets={items} /></Part>
            ) : (
              <Empty title="What you will see here" action={<Demo />}>
                <p>
                  Every import with its span, its quality and its totals, to compare with your own books. An import can
                  be undone.
                </p>
              </Empty>
            )}
          </>
        )}
      </Loaded>
    </div>
  );
}
