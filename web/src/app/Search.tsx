import { Autocomplete } from "@mantine/core";
import { useState } from "react";

import { useDatasets } from "../api/datasets";
import { useModels } from "../api/models";
import { usePlans } from "../api/plans";
import { useGoTo } from "../parts/GoTo";
import { PAGES } from "./pages";

/** Finds pages, data sets, models and plans by name. */
export function Search() {
  const [text, setText] = useState("");
  const goTo = useGoTo();
  const datasets = useDatasets();
  const models = useModels();
  const plans = usePlans();
  const targets = new Map<string, string>();
  const add = (name: string, to: string) => {
    // Two things may have one name; the list needs distinct ones.
    let label = name;
    for (let n = 2; targets.has(label); n += 1) label = `${name} (${n})`;
    targets.set(label, to);
  };
  for (const page of PAGES) add(page.name, page.to);
  for (const plan of plans.data?.items ?? []) add(`Plan: ${plan.name}`, `/plan/${plan.id}`);
  for (const model of models.data?.items ?? []) add(`Model: ${model.name}`, `/model?id=${model.id}`);
  for (const set of datasets.data?.items ?? []) add(`Data: ${set.name}`, `/data/${set.id}`);
  const go = (label: string) => {
    const to = targets.get(label);
    if (!to) return;
    // The field takes over the option's name after this; what was found is done with.
    setTimeout(() => setText(""), 0);
    goTo(to);
  };
  return (
    <Autocomplete
      id="search"
      aria-label="Search (key /)"
      placeholder="Search  /"
      size="xs"
      className="search"
      miw={180}
      value={text}
      onChange={setText}
      onOptionSubmit={go}
      data={[...targets.keys()]}
      limit={8}
      comboboxProps={{ transitionProps: { duration: 0 } }}
      onKeyDown={(event) => {
        if (event.key === "Escape") event.currentTarget.blur();
      }}
    />
  );
}
