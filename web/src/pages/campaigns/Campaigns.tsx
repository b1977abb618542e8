import { NativeSelect, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { useCampaignSummary, useCampaigns } from "../../api/campaigns";
import type { Campaign, CampaignSummary } from "../../api/campaigns";
import { Sparkline } from "../../charts/Sparkline";
import { formatDay, plural } from "../../format/date";
import { Numbers } from "../../format/number";
import { Terms } from "../../format/terms";
import { Loaded } from "../../parts/Loaded";
import { Empty, Keys, PageHead, Part } from "../../parts/Page";
import type { KeyFigure } from "../../parts/Page";
import { EmptyRange } from "../../range/EmptyRange";
import { RangeBar } from "../../range/RangeBar";
import { said, timeOf } from "../../range/search";
import { useRange } from "../../range/useRange";
import { againstWords, rangeWords } from "../../range/words";

const numbers = new Numbers();
const ALL = { value: "", label: "all" };

export const termsOf = (c: Campaign) =>
  new Terms({ currency: c.currency, outcome_is_money: c.outcome_is_money, outcome_unit: c.outcome_unit ?? "outcome" }, numbers);

function sentenceOf(campaigns: Campaign[], more: boolean): string {
  const top = [...campaigns].sort((a, b) => b.spend - a.spend)[0];
  if (!top) return "There are no campaigns yet.";
  const count = more ? `more than ${campaigns.length} campaigns` : plural(campaigns.length, "campaign");
  return `${top.name} has spent most (${termsOf(top).money(top.spend)}) of ${count}.`;
}

const QUESTION = "How is each campaign doing, and why?";

/** Spend and outcome of all of them; each currency for itself. */
function figuresOf({ range, totals }: CampaignSummary, against: string | null): KeyFigure[] {
  if (!range) return [];
  const after = (change: number | null) => (change === null || against === null ? undefined : `${numbers.change(change)} against ${against}`);
  return totals.flatMap((total) => {
    const terms = new Terms({ currency: total.currency, outcome_is_money: true, outcome_unit: total.currency }, numbers);
    const which = totals.length > 1 ? ` in ${total.currency}` : "";
    const days = rangeWords(range).replace(/^the /, "");
    return [
      { name: `Spend${which}, ${days}`, value: terms.money(total.spend), after: after(total.spend_change), exact: terms.moneyExact(total.spend) },
      ...(total.outcome === null ? [] : [{
        name: `Revenue that platforms count${which}`, value: terms.money(total.outcome), after: after(total.outcome_change), exact: terms.moneyExact(total.outcome),
      }]),
      ...(total.roas === null ? [] : [{ name: `Counted revenue per ${terms.unit} of spend`, value: terms.rate(total.roas) }]),
    ];
  });
}

function List({ campaigns, against }: { campaigns: Campaign[]; against: string | null }) {
  const { range } = useRange();
  const changed = (change: number | null) => (change === null ? "—" : numbers.change(change));
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Campaigns">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Campaign</th><th scope="col">Platform</th><th scope="col">Channel</th><th scope="col">State</th>
            <th scope="col" className="number">Spend</th>
            {against && <th scope="col" className="number">Against {against}</th>}
            <th scope="col">Spend over time</th><th scope="col" className="number">Outcome</th>
            <th scope="col" className="number">Per unit of spend</th><th scope="col">Days with a report</th>
          </tr>
        </thead>
        <tbody>
          {campaigns.map((c) => {
            const terms = termsOf(c);
            return (
              <tr key={c.id}>
                <td><Link to="/campaigns/$id" params={{ id: c.id }} search={said(timeOf({ ...range }))}>{c.name}</Link></td>
                <td>{c.platform}</td>
                <td>{c.channel}</td>
                <td>{c.status}</td>
                <td className="number" title={terms.moneyExact(c.spend)}>{terms.money(c.spend)}</td>
                {against && <td className="number">{changed(c.spend_change)}</td>}
                <td><Sparkline values={c.trend} label={`Spend of ${c.name} ${c.trend_days === 1 ? "per day" : `per ${plural(c.trend_days / 7, "week")}`}`} /></td>
                <td className="number" title={terms.outcomeExact(c.outcome)}>
                  {terms.outcome(c.outcome)} {!c.outcome_is_money && c.outcome !== null && <span className="after">{c.outcome_unit}</span>}
                </td>
                <td className="number">{c.roas === null ? "—" : terms.rate(c.roas)}</td>
                <td className="nowrap">{c.from ? `${formatDay(c.from)} – ${formatDay(c.to)}` : "—"}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Filled({ all, more, summary }: { all: Campaign[]; more: boolean; summary: CampaignSummary }) {
  const { range } = useRange();
  const [search, setSearch] = useState("");
  const [status, setStatus] = useState("");
  const wanted = search.trim().toLowerCase();
  const shown = all.filter((c) => c.name.toLowerCase().includes(wanted) && (!status || c.status === status)).sort((a, b) => b.spend - a.spend);
  const against = againstWords(summary.range, range.compare);
  if (summary.range?.periods === 0) {
    return (
      <>
        <PageHead name="Campaigns" question={QUESTION} sentence="There are campaigns, but no days of them here." />
        <EmptyRange view={summary.range} />
      </>
    );
  }
  return (
    <>
      <PageHead name="Campaigns" question={QUESTION} sentence={shown.length === 0 ? "No campaign matches." : sentenceOf(shown, more)} />
      <Keys figures={figuresOf(summary, against)} />
      <Part first>
        <div className="row end" style={{ marginBottom: 14 }}>
          <TextInput label="Name" value={search} onChange={(event) => setSearch(event.currentTarget.value)} />
          <NativeSelect
            label="State"
            value={status}
            data={[ALL, ...[...new Set(all.map((c) => c.status))].sort().map((value) => ({ value, label: value || "none" }))]}
            onChange={(event) => setStatus(event.currentTarget.value)}
          />
          <span className="quiet" style={{ marginBottom: 7 }} role="status">{shown.length} of {more ? "more than " : ""}{all.length}</span>
        </div>
        <List campaigns={shown} against={against} />
        <p className="note" style={{ marginTop: 10 }}>Spend and outcome of the days that are chosen above. Outcomes are what platforms count; the model says what was caused.</p>
      </Part>
    </>
  );
}

function None() {
  return (
    <>
      <PageHead name="Campaigns" question={QUESTION} sentence={sentenceOf([], false)} />
      <Empty title="What you will see here" action={<Link to="/data">Import data</Link>}>
        <p>
          Every campaign with what it spends and what came of it, over time, with the changes that were made.
          Campaigns come from an import that names them, or from a connected platform.
        </p>
      </Empty>
    </>
  );
}

export default function Campaigns() {
  const { range } = useRange();
  const list = useCampaigns(range);
  const summary = useCampaignSummary(range);
  const choices = summary.data?.choices;
  const some = choices !== undefined && choices.platforms.length > 0;
  return (
    <div className="page" aria-busy={list.isPlaceholderData || summary.isPlaceholderData}>
      {(some || summary.isError) && (
        <RangeBar
          compares
          view={summary.data?.range}
          choices={{ platform: choices?.platforms, channel: choices?.channels }}
          at={Math.min(list.dataUpdatedAt, summary.dataUpdatedAt)}
        />
      )}
      <Loaded query={summary} height={420}>
        {(whole) => some ? (
          <Loaded query={list} height={420}>{({ items, more }) => <Filled all={items} more={more} summary={whole} />}</Loaded>
        ) : <None />}
      </Loaded>
    </div>
  );
}
