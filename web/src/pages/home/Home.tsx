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
import { Efficiency } from "./Efficiency";
import { Pictures, plainSentence } from "./Pictures";

const QUESTION = "Are we on track, and what needs me?";

function Filled({ board }: { board: Dashboard }) {
  const go = useGoTo();
  const terms = useTerms(board);
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
        sentence={board.sentence ?? plainSentence(board, terms)}
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
      <Pictures board={board} />
      <Efficiency board={board} />
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
  const board = useDashboard();
  return (
    <div className="page">
      <Loaded query={board} height={420}>
        {(data) => (data.dataset ? <Filled board={data} /> : <FirstRun />)}
      </Loaded>
    </div>
  );
}
