import { Button } from "@mantine/core";

import type { RangeView } from "../api/common";
import { formatDay } from "../format/date";
import { Empty } from "../parts/Page";
import { useRange } from "./useRange";
import { between } from "./words";

interface Props {
  view: RangeView;
  /** Whose data it is, where it is not all. */
  of?: string;
}

/** A range that holds nothing says so, and where there is something. */
export function EmptyRange({ view, of }: Props) {
  const { range, set } = useRange();
  const { data, instead } = view;
  const within = view.from <= data.to && view.to >= data.from;
  const narrowed = range.channel !== undefined || range.platform !== undefined;
  const whose = of ? `The data of ${of}` : "The data";
  const widen = within && narrowed;
  return (
    <Empty
      title={`No data${of ? ` of ${of}` : ""} between ${formatDay(view.from)} and ${formatDay(view.to)}`}
      action={
        widen ? (
          <Button onClick={() => set({ channel: undefined, platform: undefined })}>Show all channels and platforms</Button>
        ) : instead && (
          <Button onClick={() => set({ last: undefined, from: instead.from, to: instead.to })}>Show {between(instead)}</Button>
        )
      }
    >
      <p>
        {widen
          ? "Other campaigns have reported something in these days; those that are chosen have not."
          : within && view.granularity !== "day"
            ? `No ${view.granularity} of the data begins in these days, and it knows nothing shorter. It goes from ${between(data)}.`
            : `${whose} begins on ${formatDay(data.from)} and ends on ${formatDay(data.to)}.`}
      </p>
    </Empty>
  );
}
