import { Button } from "@mantine/core";

import { isOver, useJob } from "../../api/jobs";
import type { PlanDocument, Sensitivity } from "../../api/plan";
import { isUnstudied, useBeginStudy, useSensitivity } from "../../api/plans";
import type { PlanRow } from "../../api/plans";
import { useMay } from "../../api/session";
import { Figure } from "../../charts/Figure";
import { Tornado } from "../../charts/Tornado";
import { cell } from "../../charts/table";
import { capitalise } from "../../format/terms";
import { JobProgress } from "../../parts/JobProgress";
import { Loaded } from "../../parts/Loaded";
import { Part } from "../../parts/Page";
import { Problem } from "../../parts/Problem";
import { useTerms } from "../../parts/useTerms";

/** Cases of one input beside each other, the input that costs most first. */
export function groupSwings(sensitivity: Sensitivity) {
  const inputs = new Map<string, Sensitivity["swings"]>();
  for (const swing of sensitivity.swings) inputs.set(swing.input, [...(inputs.get(swing.input) ?? []), swing]);
  const width = (cases: Sensitivity["swings"]) => Math.max(...cases.map((c) => c.outcome)) - Math.min(...cases.map((c) => c.outcome));
  return [...inputs].map(([input, cases]) => ({ input, cases })).sort((a, b) => width(b.cases) - width(a.cases));
}

function Drawn({ sensitivity, plan }: { sensitivity: Sensitivity; plan: PlanDocument }) {
  const terms = useTerms(plan.question);
  const expected = plan.totals.expected.mean ?? 0;
  const groups = groupSwings(sensitivity);
  const title = "What, if wrong, changes the outcome of this plan";
  return (
    <>
      <p className="lead">{capitalise(sensitivity.sentence)}</p>
      <Figure
        title={title}
        name={title}
        note="Grey: how far the plan’s outcome moves in that case. In colour: how much of it another plan would save."
        table={{
          columns: [{ label: "Input" }, { label: "Case" }, ...["Plan brings", "Best plan brings", "Lost by not knowing"].map((label) => ({ label, numeric: true, unit: plan.question.outcome_unit })), { label: "Money elsewhere", numeric: true }],
          rows: sensitivity.swings.map((s) => [cell(s.input), cell(s.case), cell(terms.outcome(s.outcome), s.outcome), cell(terms.outcome(s.best), s.best), cell(terms.outcome(s.lost), s.lost), cell(terms.numbers.share(s.moved), s.moved)]),
        }}
      >
        <Tornado
          title={title}
          unit={`difference to what is expected, ${terms.outcomeAxis}`}
          tick={(v) => (v === 0 ? "0" : terms.outcomeChange(v))}
          swings={groups.map(({ input, cases }) => ({
            name: capitalise(input),
            cases: cases.map((c) => ({
              name: c.case, difference: c.outcome - expected, lost: c.lost,
              tip: `${capitalise(input)}, ${c.case}: the plan brings ${terms.outcome(c.outcome)}\nthe best plan then ${terms.outcome(c.best)}, with ${terms.numbers.share(c.moved)} of the money elsewhere`,
            })),
          }))}
        />
      </Figure>
    </>
  );
}

/** No study, or not yet: where its job is, and a way to begin it where none will come. */
function Unstudied({ row }: { row: PlanRow }) {
  const allowed = useMay("analyst");
  const begin = useBeginStudy(row.id);
  const { data: job } = useJob(row.study);
  const ended = row.study === null || isOver(job);
  return (
    <>
      <p className="lead">Which input, if wrong, would change this plan, and what it would be worth to know it.</p>
      {row.study && <JobProgress job={row.study} title="Finding out what decides" kept="The plan stays as it is." />}
      {begin.isError && <Problem error={begin.error} />}
      {ended && allowed && (
        <Button variant="default" mt="sm" loading={begin.isPending} onClick={() => begin.mutate()}>Find out what decides</Button>
      )}
      {ended && !allowed && <p className="note">An analyst can have it found out for this plan.</p>}
    </>
  );
}

/** Takes many searches, so it is a job of its own, begun when the plan is ready. */
export function SensitivityPart({ row, plan }: { row: PlanRow; plan: PlanDocument }) {
  const job = useJob(row.study);
  // A job that is no longer known may have made it.
  const study = useSensitivity(row.id, job.data?.state === "succeeded" || job.isError);
  const waiting = row.study === null || (job.data !== undefined && job.data.state !== "succeeded");
  return (
    <Part title="What decides">
      {study.data === undefined && (waiting || isUnstudied(study.error)) ? (
        <Unstudied row={row} />
      ) : (
        <Loaded query={study} height={360}>{(data) => <Drawn sensitivity={data} plan={plan} />}</Loaded>
      )}
    </Part>
  );
}
