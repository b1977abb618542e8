import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { useCampaigns } from "../../api/campaigns";
import type { Campaign, CampaignFilter } from "../../api/campaigns";
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
    <div className="scroll">
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
                  {terms.outcome(c.outcome)} {!c.outcome_is_money && <span className="after">{c.outcome_unit}</span>}
                </td>
                <td className="nowrap">{formatDay(c.from)} – {formatDay(c.to)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

export default function Campaigns() {
  const [filter, setFilter] = useState<CampaignFilter>({});
  const [cursors, setCursors] = useState<string[]>([]);
  const [search] = useDebouncedValue(filter.search, 250);
  const list = useCampaigns({ ...filter, search, cursor: cursors.at(-1) });
  const change = (next: Partial<CampaignFilter>) => {
    setFilter((before) => ({ ...before, ...next }));
    setCursors([]);
  };
  const filtered = Object.values(filter).some(Boolean);
  const distinct = (of: (c: Campaign) => string, chosen: string | undefined) => {
    const found = new Set((list.data?.items ?? []).map(of));
    if (chosen) found.add(chosen);
    return [ALL, ...[...found].sort().map((value) => ({ value, label: value }))];
  };
  return (
    <div className="page">
      <Loaded query={list} height={420}>
        {({ items, next }) => (
          <>
            <PageHead name="Campaigns" question="How is each campaign doing, and why?" sentence={filtered && items.length === 0 ? "No campaign matches." : sentenceOf(items, next !== null)} />
            {items.length === 0 && !filtered ? (
              <Empty title="What you will see here" action={<Link to="/data">Import data</Link>}>
                <p>
                  Every campaign with what it spends and what came of it, over time, with the changes that were made.
                  Campaigns come from an import that names them, or from a connected platform.
                </p>
              </Empty>
            ) : (
              <Part first>
                <div className="row end" style={{ marginBottom: 14 }}>
                  <TextInput label="Name" value={filter.search ?? ""} onChange={(event) => change({ search: event.currentTarget.value || undefined })} />
                  <NativeSelect label="Platform" value={filter.platform ?? ""} data={distinct((c) => c.platform, filter.platform)} onChange={(event) => change({ platform: event.currentTarget.value || undefined })} />
                  <NativeSelect label="Channel" value={filter.channel ?? ""} data={distinct((c) => c.channel, filter.channel)} onChange={(event) => change({ channel: event.currentTarget.value || undefined })} />
                  <NativeSelect label="State" value={filter.status ?? ""} data={distinct((c) => c.status, filter.status)} onChange={(event) => change({ status: event.currentTarget.value || undefined })} />
                </div>
                <List campaigns={items} />
                <div className="row" style={{ marginTop: 12 }}>
                  {cursors.length > 0 && <Button variant="default" size="xs" onClick={() => setCursors(cursors.slice(0, -1))}>Earlier page</Button>}
                  {next && <Button variant="default" size="xs" onClick={() => setCursors([...cursors, next])}>Next page</Button>}
                </div>
              </Part>
            )}
          </>
        )}
      </Loaded>
    </div>
  );
}
