import { Button } from "@mantine/core";

import { ApiError } from "../api/client";
import type { Problem as ProblemDocument } from "../api/client";
import { capitalise } from "../format/terms";
import { Words } from "./Words";

/** Any thrown thing as a problem that can be shown. */
export function problemFrom(error: unknown): ProblemDocument {
  if (error instanceof ApiError) return error.problem;
  return {
    title: "This page met something it did not expect",
    status: 0,
    code: "page.unexpected",
    detail: error instanceof Error ? error.message : String(error),
    next: "Load the page again. What you saved is with the server.",
  };
}

/** What happened, why, what to do next; the code small. */
export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  const problem = problemFrom(error);
  return (
    <div className="notice fail" role="alert">
      <p>
        <strong><Words text={capitalise(problem.title)} /></strong>
      </p>
      {problem.detail && <p><Words text={capitalise(problem.detail)} /></p>}
      {problem.errors && problem.errors.length > 0 && (
        <ul>
          {problem.errors.map((one) => (
            <li key={one.field + one.message}>
              <code>{one.field}</code>: {one.message}
            </li>
          ))}
        </ul>
      )}
      {problem.next && <p><Words text={capitalise(problem.next)} /></p>}
      <p className="row">
        {retry && (
          <Button size="xs" variant="default" onClick={retry}>
            Try again
          </Button>
        )}
        <code className="quiet">{problem.code}</code>
      </p>
    </div>
  );
}
