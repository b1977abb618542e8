import type { Quality } from "../../api/description";
import { Numbers } from "../../format/number";
import { DataFindings, Ladder } from "../../parts/Findings";
import { State } from "../../parts/State";

const numbers = new Numbers();

const SENTENCE = {
  ok: "Good to use.",
  review: "Usable; look at these first.",
  fail: "This keeps the data from being used.",
};

/** Completeness, gaps, duplicates, spikes, each with what to do; and what the data is enough for. */
export function QualityCard({ quality }: { quality: Quality }) {
  return (
    <div className="two">
      <div>
        <h3>
          {SENTENCE[quality.verdict]} <State state={quality.verdict} />
          {quality.score !== null && <span className="quiet"> {numbers.fixed(quality.score, 0)} of 100</span>}
        </h3>
        <DataFindings findings={quality.findings} />
      </div>
      <div>
        <h3>What it is enough for</h3>
        <Ladder steps={quality.allows} />
      </div>
    </div>
  );
}
