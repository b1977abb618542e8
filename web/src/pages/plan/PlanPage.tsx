import { Button, TextInput } from "@mantine/core";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useReducer, useState } from "react";

import { useDataset, useDatasetSeries } from "../../api/datasets";
import { useModels } from "../../api/models";
import type { Model } from "../../api/models";
import { useOptimise, usePlans } from "../../api/plans";
import type { PlanRow } from "../../api/plans";
import { useMay } from "../../api/session";
import { Loaded } from "../../parts/Loaded";
import { Empty, PageHead, Part } from "../../parts/Page";
import { Problem } from "../../parts/Problem";
import { useTerms } from "../../parts/useTerms";
import { chosen } from "../model/ModelPage";
import { Ask, LimitsTable, MoreLimits } from "./BuilderForm";
import { Compare } from "./Compare";
import { Own } from "./Own";
import { Plans } from "./Plans";
import { QUARTER, START, build, missing, questionOf } from "./builder";

const QUESTION = "Where should the next money go?";
const UNKNOWN = { currency: null, outcome_is_money: true, outcome_unit: "outcome" };

/** What doing nothing spends: the last periods of the data, as many as the horizon has. */
export function spendNow(values: number[] | null, horizon: number): number | null {
  return values ? values.slice(-horizon).reduce((sum, v) => sum + v, 0) : null;
}

function Builder({ model, plans, compared }: { model: Model; plans: PlanRow[]; compared: string[] }) {
  const [state, dispatch] = useReducer(build, START);
  const [name, setName] = useState("");
  const [own, setOwn] = useState(false);
  const optimise = useOptimise();
  const allowed = useMay("analyst");
  const navigate = useNavigate();
  const dataset = useDataset(model.dataset.id);
  const series = useDatasetSeries(model.dataset.id);
  const terms = useTerms(dataset.data ?? UNKNOWN);
  const granularity = dataset.data?.granularity ?? "week";
  const horizon = state.horizon === "" ? QUARTER[granularity] : state.horizon;
  const channels = useMemo(
    () => (series.data?.channels ?? []).filter((c) => c.kind === "paid").map((c) => ({ name: c.name, now: spendNow(c.spend, horizon) })),
    [series.data, horizon],
  );
  const colours = dataset.data?.channels ?? channels.map((c) => c.name);
  const lacks = missing(state);
  const newest = plans.find((p) => p.state === "ready" && p.sentence);
  const start = () =>
    optimise.mutate(
      { model: model.id, name: name || undefined, question: questionOf(state) },
      { onSuccess: ({ plan }) => void navigate({ to: "/plan/$id", params: { id: plan } }) },
    );
  return (
    <>
      <PageHead
        name="Plan"
        question={QUESTION}
        sentence={newest?.sentence ?? `${model.name} can say where the next money works best: set a budget and its limits.`}
        actions={
          <>
            <Button variant="default" onClick={() => setOwn(!own)} aria-expanded={own}>Price your own plan</Button>
            {allowed && <Button onClick={start} loading={optimise.isPending} disabled={lacks !== null} title={lacks ?? undefined}>Find the best plan</Button>}
          </>
        }
      />
      {optimise.isError && <Problem error={optimise.error} />}
      {own && <Own model={model} channels={channels} horizon={horizon} terms={terms} colours={colours} />}
      <Part title="What you ask" first>
        <Ask state={state} dispatch={dispatch} terms={terms} granularity={granularity} />
        {lacks && <p className="note" style={{ marginTop: 10 }}>{lacks}</p>}
      </Part>
      <Part title="What must hold">
        <LimitsTable state={state} dispatch={dispatch} terms={terms} granularity={granularity} channels={channels} colours={colours} />
        <details className="method">
          <summary>Groups, ratios and how fast spend may change</summary>
          <MoreLimits state={state} dispatch={dispatch} terms={terms} granularity={granularity} channels={channels} />
        </details>
        <TextInput label="Name of the plan" className="form" mt="md" placeholder="named after its model when left empty" value={name} onChange={(event) => setName(event.currentTarget.value)} />
      </Part>
      {compared.length > 0 && <Compare ids={compared} colours={colours} />}
      <Part title="Plans">
        <Plans plans={plans} compared={compared} />
      </Part>
    </>
  );
}

export default function PlanPage() {
  const models = useModels();
  const plans = usePlans();
  const { compare } = useSearch({ from: "/plan" });
  return (
    <div className="page">
      <Loaded query={models} height={420}>
        {({ items }) => {
          const model = chosen(items.filter((m) => m.state === "ready"), undefined);
          if (!model) {
            return (
              <>
                <PageHead name="Plan" question={QUESTION} sentence="A plan needs a model that says what money brings." />
                <Empty title="What you will see here" action={<Button component={Link} to="/model">Fit a model</Button>}>
                  <p>
                    The best split of a budget under your limits, what it is expected to bring and how sure that is,
                    beside doing nothing and beside your own plan. Fit a model first: under Model, or with a quick look
                    in seconds.
                  </p>
                </Empty>
              </>
            );
          }
          return (
            <Loaded query={plans} height={420}>
              {(list) => <Builder model={model} plans={list.items} compared={compare ? compare.split(",") : []} />}
            </Loaded>
          );
        }}
      </Loaded>
    </div>
  );
}
