import type { Quality } from "../../api/description";
import { DataTable } from "../../charts/DataTable";
import { cell } from "../../charts/table";
import { Numbers } from "../../format/number";
import { DataFindings, Ladder } from "../../parts/Findings";
import { State } from "../../parts/State";

const numbers = new Numbers();

const SENTENCE = {
  ok: "Good to use.",
  review: "Usable; look at these first.",
  fail: "This keeps the data from being used.",
};

const HEADINGS = {
  completeness: "Complete cells", gaps: "No gaps", duplicates: "No duplicates", values: "Plausible values",
  separability: "Channels apart", size: "Enough of it", reading: "Read as meant",
};
const WORDS = { good: "good", note: "with a note", look: "look at it", bad: "bad" };

/** Completeness, gaps, duplicates, spikes, each with what to do; and what the data is enough for. */
export function QualityCard({ quality }: { quality: Quality }) {
  return (
    <div className="two">
      <div>
        <h3>
          {SENTENCE[quality.verdict]} <State state={quality.verdict} />
          {quality.score !== null && <span className="quiet"> {numbers.fixed(quality.score, 0)} of 100</span>}
        </h3>
        <ul className="aspects">
          {quality.aspects.map((aspect) => (
            <li key={aspect.heading}><State state={aspect.state} word={HEADINGS[aspect.heading]} /><span className="hidden">: {WORDS[aspect.state]}</span></li>
          ))}
        </ul>
        <DataFindings findings={quality.findings} />
        {quality.completeness.length > 0 && (
          <details className="method">
            <summary>How complete each column is</summary>
            <DataTable
              tight
              caption="How complete each column is"
              table={{
                columns: [{ label: "Column" }, { label: "Cells with a value", numeric: true }, { label: "of", numeric: true }, { label: "Share", numeric: true }, { label: "That cannot be read", numeric: true }],
                rows: quality.completeness.map((c) => [
                  cell(c.column), cell(numbers.exact(c.present), c.present), cell(numbers.exact(c.rows), c.rows),
                  cell(numbers.share(c.share), c.share), cell(numbers.exact(c.unreadable), c.unreadable),
                ]),
              }}
            />
          </details>
        )}
      </div>
      <div>
        <h3>What it is enough for</h3>
        <Ladder steps={quality.allows} />
      </div>
    </div>
  );
}
