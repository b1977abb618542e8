import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { useDashboard } from "../../api/dashboard";
import type { Dashboard } from "../../api/dashboard";
import { formatMoment } from "../../format/date";
import { Demo } from "../../parts/Demo";
import { Drop } from "../../parts/Drop";
import { Ladder } from "../../parts/Findings";
import { GoTo, useGoTo } from "../../parts/GoTo";
import { Loaded } from "../../parts/Loaded";
import { Empty, Method, PageHead, Part } from "../../parts/Page";
import { useTerms } from "../../parts/useTerms";
import { EmptyRange } from "../../range/EmptyRange";
import { RangeBar } from "../../range/RangeBar";
import { useRange } from "../../range/useRange";
import { againstWords } from "../../range/words";
import { Efficiency } from "./Efficiency";
import { Pictures, plainSentence } from "./Pictures";

const QUESTION = "Are we on track, and what needs me?";

function Filled({ board }: { board: Dashboard }) {
  const go = useGoTo();
  const terms = useTerms(board);
  const { range } = useRange();
  const against = againstWords(board.range, range.compare);
  const empty = board.range !== null && board.range.periods === 0;
  const top = board.needs[0];
  const action = top
    ? { label: top.title, href: top.link }
    : board.model
      ? { label: "Plan the next money", href: "/plan" }
      : { label: "Estimate true effect", href: "/model" };
  return (
    <>
      <PageHead
        name="Home"
        question={QUESTION}
        sentence={board.sentence ?? plainSentence(board, terms, against) ?? "There is data, but none in these days."}
        actions={<Button onClick={() => go(action.href)}>{action.label}</Button>}
      />
      {board.needs.length > 0 && (
        <Part title="Needs you" first>
          <ul className="checks">
            {board.needs.map((need) => (
              <li key={need.link + need.at}>
                <span className="quiet">{need.kind}</span>
                <div>
                  <p><GoTo address={need.link}>{need.title}</GoTo></p>
                  <p className="advice">{need.sentence}</p>
                </div>
                <span className="quiet">{formatMoment(need.at)}</span>
              </li>
            ))}
          </ul>
        </Part>
      )}
      {empty && board.range ? (
        <EmptyRange view={board.range} />
      ) : (
        <>
          <Pictures board={board} against={against} channel={range.channel} geo={range.geo} />
          <Efficiency board={board} against={against} />
        </>
      )}
      <Part title="What this much data allows">
        <Ladder steps={board.allows} />
      </Part>
      <Method
        facts={[
          ["Data", board.dataset ? board.dataset.name : "—"],
          ["Model", board.model ? <Link key="m" to="/model" search={{ id: board.model.id }}>{board.model.name}</Link> : "none published"],
          ["Imported", formatMoment(board.freshness?.imported_at)],
        ]}
      />
    </>
  );
}

function FirstRun() {
  return (
    <>
      <PageHead name="Home" question={QUESTION} sentence="Drop a file to see where your money works." />
      <div className="two">
        <Drop />
        <Empty title="What you will see here" action={<Demo />}>
          <p>
            How your outcome moves, where the money goes, what each channel returns and how sure that is, and what
            moved most. A few weeks of data show totals; a year lets a model tell what each channel really brings.
          </p>
          <p className="quiet">No file at hand? The demo is a generated brand whose truth is known.</p>
        </Empty>
      </div>
    </>
  );
}

export default function Home() {
  const { range } = useRange();
  const board = useDashboard(range);
  // Without data there are no days to choose.
  const ranged = board.isError || (board.data?.dataset ?? null) !== null;
  return (
    <div className="page" aria-busy={board.isPlaceholderData}>
      {ranged && (
        <RangeBar
          compares
          view={board.data?.range}
          choices={{ channel: board.data?.choices.channels, geo: board.data?.choices.geos }}
          at={board.dataUpdatedAt}
        />
      )}
      <Loaded query={board} height={420}>
        {(data) => (data.dataset ? <Filled board={data} /> : <FirstRun />)}
      </Loaded>
    </div>
  );
}
