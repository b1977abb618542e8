import { useNavigate, useParams } from "@tanstack/react-router";
import { Button } from "@mantine/core";

import { useDataset, useDatasetQuality, useDatasetTotals, useUndoImport } from "../../api/datasets";
import type { Dataset } from "../../api/datasets";
import { useMay } from "../../api/session";
import { formatDay, formatMoment, plural } from "../../format/date";
import { Confirm } from "../../parts/Confirm";
import { Loaded } from "../../parts/Loaded";
import { Method, PageHead, Part } from "../../parts/Page";
import { useTerms } from "../../parts/useTerms";
import { Held } from "./Held";
import { QualityCard } from "./Quality";
import { TotalsTable } from "./TotalsTable";

function Detail({ set }: { set: Dataset }) {
  const quality = useDatasetQuality(set.id);
  const totals = useDatasetTotals(set.id);
  const undo = useUndoImport();
  const allowed = useMay("analyst");
  const navigate = useNavigate();
  const terms = useTerms(set);
  const remove = async () => {
    await undo.mutateAsync(set.id);
    await navigate({ to: "/data" });
  };
  return (
    <>
      <PageHead
        name={set.name}
        question="Is the data complete and right?"
        sentence={`${set.name} holds ${plural(set.periods, set.granularity)} from ${formatDay(set.from)} to ${formatDay(set.until)}, with ${plural(set.channels.length, "channel")} to explain ${set.kpi}.`}
        actions={
          <>
            {allowed && <Confirm label="Undo import" title="Undo this import?" confirm="Undo the import" run={remove} harm>
              The data set goes; models and plans that were made from it keep their answers. The file can be imported again.
            </Confirm>}
            <Button onClick={() => void navigate({ to: "/model" })}>Estimate true effect</Button>
          </>
        }
      />
      <Part first>
        <Held set={set} terms={terms} />
      </Part>
      <Part title="Quality">
        <Loaded query={quality}>{(q) => <QualityCard quality={q} />}</Loaded>
      </Part>
      <Part title="What it adds up to" lead="Exact, per month or year, to be laid beside your own books.">
        <Loaded query={totals}>{(t) => <TotalsTable totals={t} terms={terms} />}</Loaded>
      </Part>
      <Method
        title="Where it comes from"
        facts={[
          ["Version", String(set.version)],
          ["Imported", formatMoment(set.created_at)],
          ["Regions", set.geos.join(", ")],
          ["Currency", set.currency ?? "not said"],
        ]}
      />
    </>
  );
}

export default function DatasetPage() {
  const { id } = useParams({ from: "/data/$id" });
  const set = useDataset(id);
  return <div className="page"><Loaded query={set} height={420}>{(data) => <Detail set={data} />}</Loaded></div>;
}
