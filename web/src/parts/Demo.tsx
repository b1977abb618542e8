import { Button } from "@mantine/core";
import { useState } from "react";

import { useDemo, useMay } from "../api/session";
import { JobProgress } from "./JobProgress";
import { Problem } from "./Problem";

/** Loads a generated brand whose truth is known, so that every page has something to show. */
export function Demo() {
  const demo = useDemo();
  const allowed = useMay("analyst");
  const [job, setJob] = useState<string | null>(null);
  if (job) return <JobProgress job={job} title="Loading the demo" kept="What was loaded so far stays." />;
  if (!allowed) return null;
  return (
    <>
      {demo.isError && <Problem error={demo.error} />}
      <Button
        variant="default"
        loading={demo.isPending}
        onClick={() => demo.mutate(undefined, { onSuccess: (answer) => setJob(answer.job) })}
      >
        Load the demo
      </Button>
    </>
  );
}
