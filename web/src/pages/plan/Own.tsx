import { Button, NumberInput } from "@mantine/core";
import { useState } from "react";

import type { Model } from "../../api/models";
import { usePrice } from "../../api/plans";
import type { Terms } from "../../format/terms";
import { Part } from "../../parts/Page";
import { Problem } from "../../parts/Problem";
import { Channel } from "../../parts/Swatch";
import { PlanView } from "./PlanView";

interface Props {
  model: Model;
  channels: { name: string; now: number | null }[];
  horizon: number;
  terms: Terms;
  colours: string[];
}

/** A plan of one's own is priced as easily as the best one. */
export function Own({ model, channels, horizon, terms, colours }: Props) {
  const [amounts, setAmounts] = useState<Record<string, number>>({});
  const price = usePrice();
  const rows = channels.map((c) => ({ channel: c.name, spend: amounts[c.name] ?? c.now ?? 0 }));
  const total = rows.reduce((sum, row) => sum + row.spend, 0);
  return (
    <Part title="Your own plan" lead="What each channel gets over the horizon; it starts from what is spent now." first>
      <div className="row end">
        {channels.map(({ name, now }) => (
          <NumberInput
            key={name}
            label={<Channel name={name} channels={colours} />}
            w={140} min={0} hideControls thousandSeparator prefix={terms.sign} decimalScale={2}
            value={amounts[name] ?? Math.round(now ?? 0)}
            onChange={(v) => setAmounts((before) => ({ ...before, [name]: typeof v === "number" ? v : 0 }))}
          />
        ))}
        <Button loading={price.isPending} onClick={() => price.mutate({ model: model.id, horizon, rows })}>Price this plan</Button>
      </div>
      <p className="note" style={{ marginTop: 8 }}>In all {terms.moneyExact(Math.round(total))}.</p>
      {price.isError && <Problem error={price.error} />}
      {price.data && (
        <>
          <p className="lead" style={{ fontSize: 18, marginTop: 10 }}>{price.data.sentence}</p>
          <PlanView plan={price.data} />
        </>
      )}
    </Part>
  );
}
