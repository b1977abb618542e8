import { Figure } from "../../charts/Figure";
import { Forest } from "../../charts/Forest";
import { cell } from "../../charts/table";
import { columnDecimals } from "../../format/number";
import { Part } from "../../parts/Page";
import { colourVar, lookOf } from "../../theme/palette";
import type { PartProps } from "./Answers";

/** The prior beside the posterior: where they look the same, the data said nothing. */
export function Learned({ summary, terms, channels }: PartProps) {
  const quantities = [...new Set(channels.flatMap((n) => summary.channels[n]!.prior?.quantity ?? []))];
  const figures = quantities.map((quantity) => {
    const names = channels.filter((n) => summary.channels[n]!.prior?.quantity === quantity);
    const share = quantity === "contribution";
    const rate = quantity === "roi" || quantity === "mroi";
    const digits = columnDecimals(names.flatMap((n) => [summary.channels[n]!.prior!.posterior.q95]));
    const show = (v: number | null) => (share ? terms.numbers.share(v) : rate ? terms.rate(v, digits) : terms.numbers.aligned(v, digits));
    const title = rate
      ? `${quantity === "roi" ? terms.returnPerUnit : terms.returnOnNext}: before and after the data`
      : share
        ? `Share of ${terms.outcomeName}: before and after the data`
        : "Size of the effect: before and after the data";
    const unit = share ? `share of ${terms.outcomeName}` : rate ? terms.rateUnit : "coefficient";
    const rows = names.map((name) => {
      const shift = summary.channels[name]!.prior!;
      const shown = shift.shrinkage <= 0.02 ? "no narrower" : `${terms.numbers.share(shift.shrinkage)} narrower`;
      return {
        name, shown, estimate: shift.posterior, before: shift.prior, colour: colourVar(lookOf(channels, name)),
        tip: `${name}\nbefore: ${show(shift.prior.q50)} (${show(shift.prior.q05)} to ${show(shift.prior.q95)}), from ${shift.source}\nafter: ${show(shift.posterior.q50)} (${show(shift.posterior.q05)} to ${show(shift.posterior.q95)})`,
      };
    });
    return (
      <Figure
        key={quantity}
        title={title}
        name={title}
        table={{
          columns: [
            { label: "Channel" },
            ...["before", "before 5 %", "before 95 %", "after", "after 5 %", "after 95 %", "narrower by"].map((label) => ({ label, numeric: true })),
            { label: "Prior from" },
          ],
          rows: names.map((name) => {
            const { prior, posterior, shrinkage, source } = summary.channels[name]!.prior!;
            return [
              cell(name),
              ...[prior.q50, prior.q05, prior.q95, posterior.q50, posterior.q05, posterior.q95].map((v) => cell(show(v), v)),
              cell(terms.numbers.share(shrinkage), shrinkage),
              cell(source),
            ];
          }),
        }}
      >
        <Forest title={title} unit={unit} rows={rows} tick={(v) => (share ? terms.numbers.share(v) : terms.numbers.aligned(v, 2))} />
      </Figure>
    );
  });
  if (figures.length === 0) return null;
  return (
    <Part title="What the data taught" lead="Grey is what was believed before, in colour what is believed now. Where they look the same, the data said nothing: a test would.">
      <div className="two">{figures}</div>
    </Part>
  );
}
