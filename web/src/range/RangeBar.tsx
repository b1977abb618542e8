import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useIsFetching, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { FormEvent } from "react";

import type { RangeView } from "../api/common";
import { formatDay, formatTime } from "../format/date";
import type { Compare, RangeSearch } from "./search";
import { useRange } from "./useRange";
import { between } from "./words";

const WEEKS = [4, 13, 52];
const OWN = "own";
const AGAINST: { value: Compare; label: string }[] = [
  { value: "before", label: "the period before" },
  { value: "year", label: "the year before" },
  { value: "none", label: "nothing" },
];

type Filter = "channel" | "platform" | "geo";
const FILTERS: { of: Filter; label: string; all: string }[] = [
  { of: "platform", label: "Platform", all: "All platforms" },
  { of: "channel", label: "Channel", all: "All channels" },
  { of: "geo", label: "Region", all: "All regions" },
];

interface Props {
  /** The range as the server found it; undefined while it is asked. */
  view?: RangeView | null;
  /** What the page can be narrowed to. A list that is empty is no choice. */
  choices?: Partial<Record<Filter, string[]>>;
  /** Whether the page compares. */
  compares?: boolean;
  /** When its numbers came, in milliseconds. */
  at: number;
}

/** Days of one's own: shown when they are said, not while they are typed. */
function OwnDays({ range, view, show }: { range: RangeSearch; view?: RangeView | null; show: (from: string, to: string) => void }) {
  const [from, setFrom] = useState(range.from ?? view?.from ?? "");
  const [to, setTo] = useState(range.to ?? view?.to ?? "");
  const wrong = from !== "" && to !== "" && from > to;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (from && to && !wrong) show(from, to);
  };
  return (
    <form className="own-days" onSubmit={submit}>
      <TextInput size="xs" type="date" label="From" value={from} onChange={(event) => setFrom(event.currentTarget.value)} required withAsterisk={false} />
      <TextInput
        size="xs" type="date" label="To" value={to} onChange={(event) => setTo(event.currentTarget.value)} required withAsterisk={false}
        error={wrong ? "Lies before the first day" : undefined}
      />
      <Button size="xs" variant="default" type="submit" disabled={wrong}>Show these days</Button>
    </form>
  );
}

/** Which days and which part of the data the page is about, when its numbers came, and again. */
export function RangeBar({ view, choices = {}, compares = false, at }: Props) {
  const { range, set } = useRange();
  const client = useQueryClient();
  const asking = useIsFetching() > 0;
  const own = range.from !== undefined || range.to !== undefined;
  const last = own ? OWN : String(range.last ?? view?.last ?? "");
  const counts = WEEKS.map(String);
  if (/^\d+$/.test(last) && !counts.includes(last)) counts.push(last);
  const choose = (value: string) => {
    if (value === OWN) set({ last: undefined, from: view?.from, to: view?.to });
    else if (value) set({ last: value === "all" ? value : Number(value), from: undefined, to: undefined });
  };
  return (
    <div className="range" role="group" aria-label="Time range and filters">
      <div className="fields">
        <NativeSelect
          size="xs"
          label="Time range"
          value={last}
          onChange={(event) => choose(event.currentTarget.value)}
          data={[
            ...(last === "" ? [{ value: "", label: "…" }] : []),
            ...counts.map((weeks) => ({ value: weeks, label: `Last ${weeks} week${weeks === "1" ? "" : "s"}` })),
            { value: "all", label: "Everything" },
            { value: OWN, label: "Own dates" },
          ]}
        />
        {own && <OwnDays key={`${range.from} ${range.to}`} range={range} view={view} show={(from, to) => set({ last: undefined, from, to })} />}
        {compares && (
          <NativeSelect
            size="xs"
            label="Compared with"
            value={range.compare ?? "before"}
            onChange={(event) => set({ compare: event.currentTarget.value as Compare })}
            data={AGAINST}
          />
        )}
        {FILTERS.map(({ of, label, all }) => {
          const chosen = range[of];
          const names = choices[of] ?? [];
          if (names.length === 0 && chosen === undefined) return null;
          return (
            <NativeSelect
              key={of}
              size="xs"
              label={label}
              value={chosen ?? ""}
              onChange={(event) => set({ [of]: event.currentTarget.value || undefined })}
              data={[
                { value: "", label: all },
                ...names.map((value) => ({ value, label: value })),
                // An address may name what is not there; it can be seen, and left.
                ...(chosen !== undefined && !names.includes(chosen) ? [{ value: chosen, label: chosen }] : []),
              ]}
            />
          );
        })}
      </div>
      <div className="stamp">
        {view && (
          <span>
            {view.periods > 0 && between(view)}
            {view.periods > 0 && view.against && ` against ${between(view.against)}`}
            {view.periods > 0 && compares && !view.against && range.compare !== "none" && `, nothing before to compare with: the data begins on ${formatDay(view.data.from)}`}
          </span>
        )}
        <span className="grow" />
        <span role="status">{asking ? "Asking …" : at > 0 ? `As of ${formatTime(at)}` : ""}</span>
        <button type="button" className="link" onClick={() => void client.invalidateQueries()}>Refresh</button>
      </div>
    </div>
  );
}
