import type { ReactNode } from "react";
import { useEffect } from "react";

import { capitalise } from "../format/terms";
import { Words } from "./Words";

interface HeadProps {
  /** Name of the page, for the window's title. */
  name: string;
  /** The one question that this page answers. */
  question: string;
  /** The answer, from the data. */
  sentence: ReactNode;
  /** One primary action; everything else is quiet. */
  actions?: ReactNode;
}

/** Characters from which a sentence is set smaller. */
const LONG = 110;

export function PageHead({ name, question, sentence, actions }: HeadProps) {
  useEffect(() => {
    document.title = `${name} – Outlay`;
  }, [name]);
  return (
    <header className="page-head">
      <div>
        <p className="question">{question}</p>
        <h1 className={typeof sentence === "string" && sentence.length > LONG ? "long" : undefined}>
          {typeof sentence === "string" ? <Words text={capitalise(sentence)} /> : sentence}
        </h1>
      </div>
      {actions && <div className="actions">{actions}</div>}
    </header>
  );
}

interface PartProps {
  title?: ReactNode;
  lead?: ReactNode;
  id?: string;
  first?: boolean;
  children: ReactNode;
}

/** One part of a page, under a hairline. */
export function Part({ title, lead, id, first, children }: PartProps) {
  return (
    <section className={first ? "part first" : "part"} id={id}>
      {title && <h2>{title}</h2>}
      {lead && <p className="lead">{lead}</p>}
      {children}
    </section>
  );
}

/** What a page will show, what it needs, and the shortest way there. */
export function Empty({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
      {action && <div className="row">{action}</div>}
    </div>
  );
}

export interface KeyFigure {
  name: string;
  value: string;
  /** Interval or change, quieter. */
  after?: string;
  exact?: string;
}

export function Keys({ figures }: { figures: KeyFigure[] }) {
  return (
    <dl className="keys">
      {figures.map((figure) => (
        <div key={figure.name}>
          <dt>{figure.name}</dt>
          <dd title={figure.exact}>
            {figure.value}
            {figure.after && <span className="after">{figure.after}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Splits `1.9 (1.4–2.5)` into the number and what stands after it. */
export function splitInterval(text: string): { value: string; after?: string } {
  const at = text.indexOf(" (");
  return at < 0 ? { value: text } : { value: text.slice(0, at), after: text.slice(at + 1) };
}

/** How it was computed: there for who wants to check, out of the way otherwise. */
export function Method({ title = "How this was computed", facts, children }: { title?: string; facts?: [string, ReactNode][]; children?: ReactNode }) {
  return (
    <details className="method">
      <summary>{title}</summary>
      {facts && (
        <dl className="facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {children}
    </details>
  );
}
