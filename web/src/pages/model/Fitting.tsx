import { isOver, useJob } from "../../api/jobs";
import { useTraining } from "../../api/live";
import type { Model } from "../../api/models";
import { Numbers } from "../../format/number";
import { JobProgress } from "../../parts/JobProgress";
import { Part } from "../../parts/Page";
import { Sparkline } from "../../charts/Sparkline";

const numbers = new Numbers();
/** Below this chains are said to agree (Vehtari et al. 2021). */
const AGREE = 1.01;

/** A fit on its way: how far each chain is, whether they begin to agree, and a way to stop. */
export function Fitting({ model }: { model: Model }) {
  const job = useJob(model.job);
  const training = useTraining(model.job, !isOver(job.data));
  if (!model.job) return null;
  return (
    <Part first>
      <JobProgress
        job={model.job}
        title={`Fitting ${model.name} on ${model.dataset.name}`}
        kept="Earlier models stay as they are."
      />
      {training.chains.length > 0 && !isOver(job.data) && (
        <div className="two">
          <div>
            <h3>Chains</h3>
            {training.chains.map((chain) => (
              <p key={chain.chain} className="note" style={{ margin: 0 }}>
                {chain.chain + 1}: {chain.phase}, {chain.iteration} of {chain.total}
                {chain.divergences > 0 && ` · ${chain.divergences} divergent`}
              </p>
            ))}
          </div>
          <div>
            <h3>Do they agree?</h3>
            {training.rhat === null ? (
              <p className="note">Too early to tell.</p>
            ) : (
              <p className="note">
                R-hat {numbers.aligned(training.rhat, 3)}{" "}
                {training.rhat < AGREE ? "– they agree" : "– not yet"}{" "}
                <Sparkline values={training.history} label="R-hat so far" />
              </p>
            )}
            {training.divergences > 0 && <p className="note">{training.divergences} divergent draws so far.</p>}
          </div>
        </div>
      )}
    </Part>
  );
}
