import type { DataFinding, Finding, Verdict } from "../api/common";
import type { Allowance } from "../api/description";
import { capitalise } from "../format/terms";
import { State } from "./State";
import { Words } from "./Words";

const WORST: Record<Verdict, number> = { fail: 0, review: 1, ok: 2 };

/** A model's findings, the worst first; what is fine is folded away. */
export function ModelFindings({ findings }: { findings: Finding[] }) {
  const sorted = [...findings].sort((a, b) => WORST[a.verdict] - WORST[b.verdict]);
  const open = sorted.filter((f) => f.verdict !== "ok");
  const fine = sorted.filter((f) => f.verdict === "ok");
  return (
    <>
      {open.length > 0 && <List items={open.map((f) => ({ ...f, state: f.verdict }))} />}
      {fine.length > 0 && (
        <details className="method">
          <summary>{fine.length} checks that are fine</summary>
          <List items={fine.map((f) => ({ ...f, state: f.verdict }))} />
        </details>
      )}
    </>
  );
}

/** What is wrong or weak about data, the worst first as the server gives it. */
export function DataFindings({ findings }: { findings: DataFinding[] }) {
  if (findings.length === 0) return <p className="quiet">Nothing that needs a look.</p>;
  return <List items={findings.map((f) => ({ ...f, state: f.severity }))} />;
}

function List({ items }: { items: { code: string; message: string; advice: string; state: string }[] }) {
  return (
    <ul className="checks">
      {items.map((item, index) => (
        <li key={item.code + index}>
          <State state={item.state} />
          <div>
            <p><Words text={capitalise(item.message)} /></p>
            {item.advice && <p className="advice"><Words text={capitalise(item.advice)} /></p>}
          </div>
          <code>{item.code}</code>
        </li>
      ))}
    </ul>
  );
}

/** What this much data is enough for, and what more would unlock. */
export function Ladder({ steps }: { steps: Allowance[] }) {
  return (
    <ul className="ladder">
      {steps.map((step) => (
        <li key={step.key} className={step.allowed ? undefined : "no"}>
          <span aria-hidden="true">{step.allowed ? "●" : "○"}</span>
          <p>
            <strong>{step.title}</strong> {step.allowed ? "" : <span>(not yet) </span>}
            <span className="quiet">{step.sentence}</span>
          </p>
        </li>
      ))}
    </ul>
  );
}
