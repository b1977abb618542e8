import { Button, Progress } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

import { isOver, useCancelJob, useJob } from "../api/jobs";
import { Numbers } from "../format/number";
import { Problem } from "./Problem";

const numbers = new Numbers();

interface Props {
  job: string;
  title: string;
  /** What will have been kept when it is stopped. */
  kept?: string;
}

/** Where work is, how long it still takes, what it has found, and a way to stop. */
export function JobProgress({ job, title, kept }: Props) {
  const { data, error, isError } = useJob(job);
  const cancel = useCancelJob();
  const client = useQueryClient();
  const wasRunning = useRef(false);
  const over = isOver(data);
  useEffect(() => {
    // Live updates say so too, where they get through.
    if (over && wasRunning.current) {
      void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "jobs" });
    }
    wasRunning.current = data !== undefined && !over;
  }, [client, data, over]);
  if (isError) return <Problem error={error} />;
  const share = data?.state === "succeeded" ? 1 : (data?.progress.fraction ?? 0);
  const left = data?.progress.seconds_left;
  return (
    <div className="job" role="group" aria-label={title}>
      <div className="line">
        <strong>{title}</strong>
        <span className="quiet">
          {data?.state === "queued" ? "waiting for its turn" : numbers.share(share)}
          {left != null && left > 0 && ` · about ${numbers.seconds(left)} left`}
        </span>
      </div>
      <Progress
        value={share * 100}
        size="sm"
        my={8}
        color={data?.state === "failed" ? "red" : undefined}
        aria-label={title}
        transitionDuration={150}
      />
      <div className="line">
        <span className="quiet" aria-live="polite">
          {data?.progress.message}
          {data?.progress.detail && ` · ${data.progress.detail}`}
        </span>
        {!over && (
          <Button size="compact-sm" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate(job)}>
            Stop
          </Button>
        )}
      </div>
      {data?.state === "cancelled" && <p className="note">Stopped. {kept}</p>}
      {data?.state === "failed" && data.error && (
        <div className="notice fail" role="alert">
          <p><strong>{data.error.title}</strong></p>
          {data.error.detail && <p>{data.error.detail}</p>}
          {data.error.next && <p>{data.error.next}</p>}
          {kept && <p>{kept}</p>}
          <code className="quiet">{data.error.code}</code>
        </div>
      )}
      {cancel.isError && <Problem error={cancel.error} />}
    </div>
  );
}
