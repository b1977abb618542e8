import { Button, Progress } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import type { DragEvent } from "react";

import { ApiError } from "../api/client";
import { useMay } from "../api/session";
import { sendFile } from "../api/uploads";
import type { Sending } from "../api/uploads";
import { Numbers } from "../format/number";
import { Problem } from "./Problem";

const numbers = new Numbers();
const TYPES = ".csv,.tsv,.txt,.xlsx,.parquet";

const tooMany = (count: number) =>
  new ApiError({
    title: `${count} files at once`,
    status: 0,
    code: "upload.several",
    detail: "A data set comes from one file: columns of several are not joined.",
    next: "Drop them one after the other; each becomes a data set of its own.",
  });

/** Takes a file, sends it with progress, and goes on to its mapping. */
export function Drop() {
  const input = useRef<HTMLInputElement>(null);
  const stop = useRef<AbortController | null>(null);
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<(Sending & { name: string }) | null>(null);
  const [error, setError] = useState<unknown>(null);
  const navigate = useNavigate();
  const allowed = useMay("analyst");

  const take = async (files: FileList | null) => {
    const file = files?.[0];
    if (!file) return;
    setError(files.length > 1 ? tooMany(files.length) : null);
    if (files.length > 1) return;
    setSending({ name: file.name, sent: 0, total: file.size });
    stop.current = new AbortController();
    try {
      const upload = await sendFile(file, (s) => setSending({ ...s, name: file.name }), stop.current.signal);
      await navigate({ to: "/data/import/$upload", params: { upload: upload.id } });
    } catch (reason) {
      if (!(reason instanceof DOMException)) setError(reason);
    } finally {
      setSending(null);
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files);
  };

  if (!allowed) return <p className="quiet">You may read this workspace; an analyst imports files.</p>;
  if (sending) {
    return (
      <div className="drop" role="status">
        <p><strong>{sending.name}</strong></p>
        <p className="quiet">{numbers.bytes(sending.sent)} of {numbers.bytes(sending.total)} sent</p>
        <Progress value={(sending.sent / Math.max(sending.total, 1)) * 100} my="sm" aria-label="Sending" />
        <Button size="compact-sm" variant="default" onClick={() => stop.current?.abort()}>Stop</Button>
      </div>
    );
  }
  return (
    <>
      {error !== null && <Problem error={error} />}
      <div
        className={over ? "drop over" : "drop"}
        onDragOver={(event) => { event.preventDefault(); setOver(true); }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        onClick={() => input.current?.click()}
      >
        <p><strong>Drop a file here</strong></p>
        <p className="quiet">
          CSV, Excel or Parquet, up to 1 GB: one row per day, week or month, with what was spent and what came of it.
          Nothing leaves this server.
        </p>
        <Button mt="sm" onClick={(event) => { event.stopPropagation(); input.current?.click(); }}>
          Choose a file
        </Button>
        <input
          ref={input}
          type="file"
          hidden
          accept={TYPES}
          aria-label="File with your data"
          onClick={(event) => event.stopPropagation()}
          onChange={(event) => void take(event.target.files)}
        />
      </div>
    </>
  );
}
