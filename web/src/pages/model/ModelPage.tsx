import { Button } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { useDatasets } from "../../api/datasets";
import { useModels, usePublish, useSummary } from "../../api/models";
import type { Model } from "../../api/models";
import { useMay } from "../../api/session";
import { Demo } from "../../parts/Demo";
import { Loaded } from "../../parts/Loaded";
import { Empty, PageHead, Part } from "../../parts/Page";
import { Problem } from "../../parts/Problem";
import { State } from "../../parts/State";
import { useTerms } from "../../parts/useTerms";
import { Compare } from "./Compare";
import { FitForm } from "./FitForm";
import { Fitting } from "./Fitting";
import { Answers } from "./Answers";
import { Versions } from "./Versions";

const UNKNOWN = { currency: null, outcome_is_money: true, outcome_unit: "outcome" };
const QUESTION = "What does each channel really bring, and can I believe it?";

/** The one asked for, else the published one, else the newest that has an answer. */
export function chosen(models: Model[], id: string | undefined): Model | undefined {
  const ready = models.filter((m) => m.state === "ready");
  return models.find((m) => m.id === id) ?? ready.find((m) => m.published) ?? ready[0];
}

function Publish({ model }: { model: Model }) {
  const publish = usePublish();
  const allowed = useMay("analyst");
  if (model.published) return <State state="published" />;
  if (!allowed) return null;
  return (
    <>
      <Button variant="default" loading={publish.isPending} onClick={() => publish.mutate(model.id)}>
        Publish these numbers
      </Button>
      {publish.isError && <Problem error={publish.error} />}
    </>
  );
}

function Page({ models }: { models: Model[] }) {
  const { id, against } = useSearch({ from: "/model" });
  const navigate = useNavigate();
  const [fitting, setFitting] = useState(false);
  const model = chosen(models, id);
  const sets = useDatasets();
  const dataless = sets.data?.items.length === 0;
  const allowed = useMay("analyst");
  const summary = useSummary(model?.state === "ready" ? model.id : undefined);
  const terms = useTerms(summary.data?.data ?? UNKNOWN);
  const running = models.filter((m) => m.state === "queued" || m.state === "running");
  const stopped = model && (model.state === "failed" || model.state === "cancelled") ? model : undefined;
  const show = (next: { id?: string; against?: string }) =>
    void navigate({ to: "/model", search: { id: next.id ?? model?.id, against: next.against } });
  const sentence = summary.data?.sentence ?? model?.sentence ?? (running.length > 0 ? "A model is being fitted." : "No model has been fitted yet.");
  return (
    <>
      <PageHead
        name="Model"
        question={QUESTION}
        sentence={sentence}
        actions={
          <>
            {model?.state === "ready" && <Publish model={model} />}
            {allowed && dataless && models.length === 0 && (
              <Button onClick={() => void navigate({ to: "/data" })}>Import a file</Button>
            )}
            {allowed && !(dataless && models.length === 0) && (
              <Button variant={fitting ? "default" : "filled"} onClick={() => setFitting(!fitting)} aria-expanded={fitting}>
                {models.length > 0 ? "Fit again" : "Fit a model"}
              </Button>
            )}
          </>
        }
      />
      {fitting && <FitForm
          onStarted={(started) => {
            setFitting(false);
            show({ id: started });
          }}
        />}
      {running.map((m) => <Fitting key={m.id} model={m} />)}
      {stopped && !running.includes(stopped) && <Fitting model={stopped} />}
      {model?.state === "ready" && (
        <Loaded query={summary} height={600}>{(data) => <Answers model={model} summary={data} />}</Loaded>
      )}
      {models.filter((m) => m.state === "ready").length > 1 && model && (
        <Compare models={models} model={model} against={against} terms={terms} channels={Object.keys(summary.data?.channels ?? {})} onChoose={(other) => show({ against: other })} />
      )}
      {models.length > 0 && (
        <Part title="Versions"><Versions models={models} current={model?.id} onShow={(next) => show({ id: next })} /></Part>
      )}
    </>
  );
}

function NoModel() {
  const sets = useDatasets();
  if (!sets.data || sets.data.items.length > 0) {
    return (
      <Empty title="What you will see here">
        <p>
          What each channel returns per unit of money, with how sure that is; where your outcome came from, week by
          week; what more or less money on a channel would bring; and whether any of it can be believed.
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="A model needs data first" action={<Demo />}>
      <p>13 weeks give a first, wide answer that leans on priors; 52 weeks carry a model of their own. Import a file under Data.</p>
    </Empty>
  );
}

export default function ModelPage() {
  const models = useModels();
  return (
    <div className="page">
      <Loaded query={models} height={420}>
        {({ items }) => (
          <>
            <Page models={items} />
            {items.length === 0 && <NoModel />}
          </>
        )}
      </Loaded>
    </div>
  );
}
