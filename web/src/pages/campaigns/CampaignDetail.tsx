import type { UseQueryResult } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";

import { useCampaign, useCampaignSeries } from "../../api/campaigns";
import type { Campaign, CampaignSeries } from "../../api/campaigns";
import { Figure } from "../../charts/Figure";
import { Line } from "../../charts/Line";
import { cell } from "../../charts/table";
import { formatDay } from "../../format/date";
import { capitalise } from "../../format/terms";
import { Loaded } from "../../parts/Loaded";
import { Keys, PageHead, Part } from "../../parts/Page";
import { EmptyRange } from "../../range/EmptyRange";
import { RangeBar } from "../../range/RangeBar";
import { useRange } from "../../range/useRange";
import { againstWords, rangeWords } from "../../range/words";
import { termsOf } from "./Campaigns";

function Series({ campaign, series }: { campaign: Campaign; series: CampaignSeries }) {
  const terms = termsOf(campaign);
  if (series.dates.length === 0) return <p className="quiet">No days have been reported for this campaign.</p>;
  return (
    <div className="two">
      {series.metrics.map((metric) => {
        const show = (v: number | null) => (metric.is_money ? terms.money(v) : terms.numbers.compact(v));
        const exact = (v: number | null) => (metric.is_money ? terms.moneyExact(v) : terms.numbers.exact(v));
        const unit = metric.is_money && terms.sign ? `${metric.name}, ${terms.sign.trim()}` : metric.unit;
        const title = `${capitalise(metric.name)} over time`;
        return (
          <Figure
            key={metric.name}
            title={title}
            name={`${campaign.name} ${metric.name}`}
            table={{
              columns: [{ label: "Date" }, { label: metric.name, numeric: true, unit: metric.unit }],
              rows: series.dates.map((d, i) => [cell(formatDay(d), d), cell(exact(metric.values[i] ?? null), metric.values[i])]),
            }}
          >
            <Line title={title} name={metric.name} unit={unit} dates={series.dates} values={metric.values} changes={series.changes} show={show} />
          </Figure>
        );
      })}
    </div>
  );
}

function Detail({ campaign, series }: { campaign: Campaign; series: UseQueryResult<CampaignSeries> }) {
  const { range } = useRange();
  const terms = termsOf(campaign);
  const view = series.data?.range ?? null;
  const against = againstWords(view, range.compare);
  const after = (change: number | null) => (change === null || against === null ? undefined : `${terms.numbers.change(change)} against ${against}`);
  const days = view && view.periods > 0 ? rangeWords(view).replace(/^the /, "") : null;
  const counted = campaign.outcome === null ? "" : `; the platform counts ${terms.outcome(campaign.outcome)}${campaign.outcome_is_money ? "" : ` ${campaign.outcome_unit}`}`;
  return (
    <>
      <PageHead
        name={campaign.name}
        question="How is this campaign doing, and why?"
        sentence={campaign.from
          ? `${campaign.name} has spent ${terms.money(campaign.spend)} from ${formatDay(campaign.from)} to ${formatDay(campaign.to)}${counted}.`
          : `${campaign.name} has reported nothing in these days.`}
      />
      <Keys
        figures={[
          { name: "Platform, channel", value: campaign.platform, after: campaign.channel },
          { name: "State", value: campaign.status },
          ...(days ? [{ name: `Spend, ${days}`, value: terms.money(campaign.spend), after: after(campaign.spend_change), exact: terms.moneyExact(campaign.spend) }] : []),
          ...(campaign.budget > 0 ? [{ name: "Budget per day", value: terms.money(campaign.budget), exact: terms.moneyExact(campaign.budget) }] : []),
          ...(campaign.outcome !== null ? [{ name: "Counted by the platform", value: terms.outcome(campaign.outcome), after: after(campaign.outcome_change), exact: terms.outcomeExact(campaign.outcome) }] : []),
          ...(campaign.roas !== null ? [{ name: `Counted by the platform, per ${terms.unit}`, value: terms.rate(campaign.roas) }] : []),
        ]}
      />
      <p className="note">What a platform counts is what it claims, not what it caused. <Link to="/model">The model</Link> says what its channel brings.</p>
      <Part first>
        <Loaded query={series} height={300}>
          {(data) => data.range?.periods === 0
            ? <EmptyRange view={data.range} of={campaign.name} />
            : <Series campaign={campaign} series={data} />}
        </Loaded>
      </Part>
      <Loaded query={series} height={40}>
        {({ changes }) => changes.length === 0 ? null : (
          <Part title="Changes">
            <ul className="checks">
              {changes.map((c) => <li key={c.date + c.sentence}><span className="quiet nowrap">{formatDay(c.date)}</span><p>{c.sentence}</p></li>)}
            </ul>
          </Part>
        )}
      </Loaded>
    </>
  );
}

export default function CampaignDetail() {
  const { id } = useParams({ from: "/campaigns/$id" });
  const { range } = useRange();
  const campaign = useCampaign(id, range);
  const series = useCampaignSeries(id, range);
  return (
    <div className="page" aria-busy={campaign.isPlaceholderData || series.isPlaceholderData}>
      {(series.data?.range || series.isError) && <RangeBar compares view={series.data?.range} at={Math.min(campaign.dataUpdatedAt, series.dataUpdatedAt)} />}
      <Loaded query={campaign} height={420}>{(data) => <Detail campaign={data} series={series} />}</Loaded>
    </div>
  );
}
