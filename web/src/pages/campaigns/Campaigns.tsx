import { NativeSelect, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { useCampaigns } from "../../api/campaigns";
import type { Campaign } from "../../api/campaigns";
import { Sparkline } from "../../charts/Sparkline";
import { formatDay, plural } from "../../format/date";
import { Numbers } from "../../format/number";
import { Terms } from "../../format/terms";
import { Loaded } from "../../parts/Loaded";
import { Empty, PageHead, Part } from "../../parts/Page";

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

function List({ campaigns }: { campaigns: Campaign[] }) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Campaigns">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Campaign</th><th scope="col">Platform</th><th scope="col">Channel</th><th scope="col">State</th>
            <th scope="col" className="number">Spend</th><th scope="col">Spend over time</th><th scope="col" className="number">Outcome</th><th scope="col">From – to</th>
          </tr>
        </thead>
        <tbody>
          {campaigns.map((c) => {
            const terms = termsOf(c);
            return (
              <tr key={c.id}>
                <td><Link to="/campaigns/$id" params={{ id: c.id }}>{c.name}</Link></td>
                <td>{c.platform}</td>
                <td>{c.channel}</td>
                <td>{c.status}</td>
                <td className="number" title={terms.moneyExact(c.spend)}>{terms.money(c.spend)}</td>
                <td><Sparkline values={c.trend} label={`Spend of ${c.name} over time`} /></td>
                <td className="number" title={terms.outcomeExact(c.outcome)}>
                  {terms.outcome(c.outcome)} {!c.outcome_is_money && c.outcome !== null && <span className="after">{c.outcome_unit}</span>}
                </td>
                <td className="nowrap">{c.from ? `${formatDay(c.from)} – ${formatDay(c.to)}` : "—"}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

interface Filter {
  search: string;
  platform: string;
  channel: string;
  status: string;
}
const NONE: Filter = { search: "", platform: "", channel: "", status: "" };

const fits = (filter: Filter) => (c: Campaign) =>
  c.name.toLowerCase().includes(filter.search.trim().toLowerCase()) &&
  (["platform", "channel", "status"] as const).every((of) => !filter[of] || c[of] === filter[of]);

function Filled({ all, more }: { all: Campaign[]; more: boolean }) {
  const [filter, setFilter] = useState(NONE);
  const change = (next: Partial<Filter>) => setFilter((before) => ({ ...before, ...next }));
  const shown = all.filter(fits(filter)).sort((a, b) => b.spend - a.spend);
  const select = (of: "platform" | "channel" | "status", label: string) => (
    <NativeSelect
      label={label}
      value={filter[of]}
      data={[ALL, ...[...new Set(all.map((c) => c[of]))].sort().map((value) => ({ value, label: value || "none" }))]}
      onChange={(event) => change({ [of]: event.currentTarget.value })}
    />
  );
  return (
    <>
      <PageHead name="Campaigns" question="How is each campaign doing, and why?" sentence={shown.length === 0 ? "No campaign matches." : sentenceOf(shown, more)} />
      <Part first>
        <div className="row end" style={{ marginBottom: 14 }}>
          <TextInput label="Name" value={filter.search} onChange={(event) => change({ search: event.currentTarget.value })} />
          {select("platform", "Platform")}
          {select("channel", "Channel")}
          {select("status", "State")}
          <span className="quiet" style={{ marginBottom: 7 }} role="status">{shown.length} of {more ? "more than " : ""}{all.length}</span>
        </div>
        <List campaigns={shown} />
        <p className="note" style={{ marginTop: 10 }}>Spend and outcome of the last four weeks in which each campaign ran. Outcomes are what platforms count; the model says what was caused.</p>
      </Part>
    </>
  );
}

export default function Campaigns() {
  const list = useCampaigns();
  return (
    <div className="page">
      <Loaded query={list} height={420}>
        {({ items, more }) =>
          items.length > 0 ? <Filled all={items} more={more} /> : (
            <>
              <PageHead name="Campaigns" question="How is each campaign doing, and why?" sentence={sentenceOf(items, more)} />
              <Empty title="What you will see here" action={<Link to="/data">Import data</Link>}>
                <p>
                  Every campaign with what it spends and what came of it, over time, with the changes that were made.
                  Campaigns come from an import that names them, or from a connected platform.
                </p>
              </Empty>
            </>
          )
        }
      </Loaded>
    </div>
  );
}
