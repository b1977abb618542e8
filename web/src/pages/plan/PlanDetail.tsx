import { Button, Menu } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";

import { exportAddress, usePlan, usePlanDocument } from "../../api/plans";
import type { PlanRow } from "../../api/plans";
import { formatMoment } from "../../format/date";
import { JobProgress } from "../../parts/JobProgress";
import { Loaded } from "../../parts/Loaded";
import { PageHead } from "../../parts/Page";
import { PlanView } from "./PlanView";
import { SensitivityPart } from "./SensitivityPart";

const FORMATS = [
  { format: "html", label: "Report to read and print (HTML)" },
  { format: "xlsx", label: "Spreadsheet (XLSX)" },
  { format: "csv", label: "Every channel and period (CSV)" },
  { format: "json", label: "Everything (JSON)" },
] as const;

function Export({ id }: { id: string }) {
  return (
    <Menu position="bottom-end" transitionProps={{ duration: 0 }}>
      <Menu.Target><Button>Export this plan</Button></Menu.Target>
      <Menu.Dropdown>
        {FORMATS.map(({ format, label }) => (
          <Menu.Item key={format} component="a" href={exportAddress(id, format)} download>{label}</Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Detail({ row }: { row: PlanRow }) {
  const ready = row.state === "ready";
  const document = usePlanDocument(row.id, ready);
  return (
    <>
      <PageHead
        name={row.name}
        question="Where should the next money go?"
        sentence={document.data?.sentence ?? row.sentence ?? "The best plan is being searched."}
        actions={ready && <><Button variant="default" component={Link} to={`/plan?compare=${row.id}`}>Compare</Button><Export id={row.id} /></>}
      />
      <p className="note">{row.name}, from {row.model.name}, made {formatMoment(row.created_at)}</p>
      {!ready && row.job && <JobProgress job={row.job} title="Searching the best plan" kept="Your question is kept: start it again from Plan." />}
      {ready && (
        <Loaded query={document} height={600}>
          {(plan) => <><PlanView plan={plan} /><SensitivityPart row={row} plan={plan} /></>}
        </Loaded>
      )}
    </>
  );
}

export default function PlanDetail() {
  const { id } = useParams({ from: "/plan/$id" });
  const row = usePlan(id);
  return <div className="page"><Loaded query={row} height={420}>{(data) => <Detail row={data} />}</Loaded></div>;
}
