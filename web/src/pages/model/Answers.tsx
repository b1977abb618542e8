import { useMemo } from "react";

import type { Model } from "../../api/models";
import type { Summary } from "../../api/summary";
import { formatDay, formatMoment, plural } from "../../format/date";
import { ModelFindings } from "../../parts/Findings";
import { Method, Part } from "../../parts/Page";
import { State } from "../../parts/State";
import { useTerms } from "../../parts/useTerms";
import { ChannelsTable } from "./ChannelsTable";
import { Contributions } from "./Contributions";
import { Curves } from "./Curves";
import { Fit } from "./Fit";
import { Hidden } from "./Hidden";
import { Joint } from "./Joint";
import { Learned } from "./Learned";
import { Returns } from "./Returns";

const BELIEVE = {
  ok: "Yes: every check is fine.",
  review: "Mostly: look at the points below before you act on it.",
  fail: "No: do not act on it before the points below are mended.",
};

/** Everything a fit answers: picture, table, trust, method. */
export function Answers({ model, summary }: { model: Model; summary: Summary }) {
  const terms = useTerms(summary.data);
  const channels = useMemo(() => Object.keys(summary.channels), [summary]);
  const { data, health, diagnostics } = summary;
  return (
    <>
      {summary.approximate && (
        <p className="notice"><strong>Approximate.</strong> A quick look: fit in full before you act on it.</p>
      )}
      {health.verdict === "fail" && (
        <p className="notice fail"><strong>Do not act on this model.</strong> It failed its health check; see <a href="#trust">Can I believe it?</a></p>
      )}
      <Returns summary={summary} terms={terms} channels={channels} />
      <Contributions summary={summary} terms={terms} channels={channels} />
      <ChannelsTable summary={summary} terms={terms} channels={channels} />
      {summary.joint && summary.joint.length > 0 && <Joint joint={summary.joint} terms={terms} channels={channels} />}
      <Hidden summary={summary} terms={terms} channels={channels} />
      <Curves summary={summary} terms={terms} channels={channels} />
      <Learned summary={summary} terms={terms} channels={channels} />
      <Fit summary={summary} terms={terms} />
      <Part
        id="trust"
        title={<>Can I believe it? <State state={health.verdict} /></>}
        lead={`${BELIEVE[health.verdict]} Score ${terms.numbers.fixed(health.score, 0)} of 100.`}
      >
        <ModelFindings findings={health.findings} />
      </Part>
      <Method
        facts={[
          ["Model", `${model.name}, version ${model.version}, ${formatMoment(model.finished_at)}`],
          ["Data", `${model.dataset.name}, ${plural(data.periods, data.granularity)} from ${formatDay(data.start)} to ${formatDay(data.end)}`],
          ["Preset and method", `${model.preset}, ${summary.method}, seed ${summary.seed}, Outlay ${summary.version}`],
          ["Draws", `${diagnostics.chains} chains of ${diagnostics.draws} after ${diagnostics.warmup} to warm up${(diagnostics.thin ?? 1) > 1 ? `, up to ${diagnostics.thin} made for each one kept` : ""}`],
          ["Convergence", `R-hat at most ${terms.numbers.aligned(diagnostics.rhat_max, 3)}, at least ${terms.numbers.fixed(diagnostics.ess_bulk_min, 0)} effective draws, ${diagnostics.divergences} divergent`],
          ["Structures", summary.structures ? Object.entries(summary.structures).map(([n, s]) => `${n} ${terms.numbers.share(s.weight)}`).join(", ") : "one"],
          ["Took", terms.numbers.seconds(summary.timing.total_seconds)],
          ["Fingerprint of the data", <code key="f">{data.fingerprint.slice(0, 16)}</code>],
        ]}
      >
        <details>
          <summary className="quiet">The specification in force</summary>
          <pre className="scroll high" tabIndex={0} role="region" aria-label="The specification in force">{JSON.stringify(summary.spec, null, 2)}</pre>
        </details>
      </Method>
    </>
  );
}

export interface PartProps {
  summary: Summary;
  terms: ReturnType<typeof useTerms>;
  /** All channels, in the order of colours. */
  channels: string[];
}
