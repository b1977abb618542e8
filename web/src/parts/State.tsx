// A state is a word and a shape, never colour alone.

const STATES: Record<string, { kind: string; shape: string; word: string }> = {
  ok: { kind: "ok", shape: "●", word: "ok" },
  good: { kind: "ok", shape: "●", word: "good" },
  look: { kind: "review", shape: "▲", word: "look" },
  bad: { kind: "fail", shape: "■", word: "bad" },
  pass: { kind: "ok", shape: "●", word: "ok" },
  review: { kind: "review", shape: "▲", word: "review" },
  warning: { kind: "review", shape: "▲", word: "look" },
  fail: { kind: "fail", shape: "■", word: "fail" },
  error: { kind: "fail", shape: "■", word: "error" },
  failed: { kind: "fail", shape: "■", word: "failed" },
  note: { kind: "idle", shape: "○", word: "note" },
  queued: { kind: "idle", shape: "○", word: "waiting" },
  running: { kind: "review", shape: "◐", word: "running" },
  ready: { kind: "ok", shape: "●", word: "ready" },
  succeeded: { kind: "ok", shape: "●", word: "done" },
  cancelled: { kind: "idle", shape: "○", word: "stopped" },
  published: { kind: "ok", shape: "●", word: "published" },
  fresh: { kind: "ok", shape: "●", word: "fresh" },
  late: { kind: "review", shape: "▲", word: "late" },
  old: { kind: "fail", shape: "■", word: "old" },
  degraded: { kind: "review", shape: "▲", word: "degraded" },
  down: { kind: "fail", shape: "■", word: "down" },
};

export function State({ state, word }: { state: string; word?: string }) {
  const known = STATES[state] ?? { kind: "idle", shape: "○", word: state };
  return (
    <span className={`state ${known.kind}`}>
      <span aria-hidden="true">{known.shape} </span>
      {word ?? known.word}
    </span>
  );
}
