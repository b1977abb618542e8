import { Button, NativeSelect, NumberInput, Radio } from "@mantine/core";
import { useState } from "react";

import { useDatasets } from "../../api/datasets";
import { useFit } from "../../api/models";
import type { Method, Preset } from "../../api/models";
import { Part } from "../../parts/Page";
import { Problem } from "../../parts/Problem";

const PRESETS: { value: Preset; label: string; description: string }[] = [
  { value: "outlay", label: "Ours", description: "Several ways of building the answer, weighed against each other" },
  { value: "meridian", label: "Google Meridian's default", description: "The same equations and priors, for comparison" },
  { value: "pymc-marketing", label: "PyMC-Marketing's default", description: "The same equations and priors, for comparison" },
];

const METHODS: { value: Method; label: string; description: string }[] = [
  { value: "nuts", label: "Full", description: "Looks at everything that the data allows; usually minutes" },
  { value: "laplace", label: "Quick look", description: "Approximate, in seconds, and labelled so" },
  { value: "ridge", label: "Second opinion", description: "A ridge regression with a search over its settings; no posterior" },
];

/** What to fit, on what, and how; the specification itself can be edited on the command line. */
export function FitForm({ onStarted }: { onStarted: (model: string) => void }) {
  const sets = useDatasets();
  const fit = useFit();
  const items = sets.data?.items ?? [];
  const [dataset, setDataset] = useState<string>();
  const [preset, setPreset] = useState<Preset>("outlay");
  const [method, setMethod] = useState<Method>("nuts");
  const [seed, setSeed] = useState<number | string>(1);
  const on = dataset ?? items[0]?.id;
  const start = () => {
    if (!on) return;
    fit.mutate({ dataset: on, preset, method, seed: Number(seed) || 1 }, { onSuccess: (answer) => onStarted(answer.model) });
  };
  return (
    <Part title="Fit a model" first>
      {fit.isError && <Problem error={fit.error} />}
      <div className="three">
        <Radio.Group label="Model" value={preset} onChange={(v) => setPreset(v as Preset)}>
          <div className="stack" style={{ gap: 8, marginTop: 8 }}>
            {PRESETS.map((p) => <Radio key={p.value} {...p} />)}
          </div>
        </Radio.Group>
        <Radio.Group label="How" value={method} onChange={(v) => setMethod(v as Method)}>
          <div className="stack" style={{ gap: 8, marginTop: 8 }}>
            {METHODS.map((m) => <Radio key={m.value} {...m} />)}
          </div>
        </Radio.Group>
        <div className="stack">
          <NativeSelect
            label="Data"
            value={on ?? ""}
            data={items.map((s) => ({ value: s.id, label: `${s.name}, version ${s.version}` }))}
            onChange={(event) => setDataset(event.currentTarget.value)}
          />
          <NumberInput label="Seed" description="The same seed gives the same answer" value={seed} onChange={setSeed} min={0} allowDecimal={false} />
          <Button onClick={start} loading={fit.isPending} disabled={!on}>Start the fit</Button>
        </div>
      </div>
    </Part>
  );
}
