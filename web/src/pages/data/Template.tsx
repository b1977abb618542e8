import { NativeSelect } from "@mantine/core";
import { useState } from "react";

import { readMapping, useDatasets } from "../../api/datasets";
import type { Description, Mapping } from "../../api/description";
import { Problem } from "../../parts/Problem";

/** Takes over what the columns of an earlier import were taken for; how this file is read stays. */
export function fromTemplate(template: Mapping, own: Mapping): Mapping {
  const taken = { ...template };
  delete taken.file;
  return own.file === undefined ? taken : { ...taken, file: own.file };
}

interface Props {
  description: Description;
  onChange: (mapping: Mapping) => void;
}

/** Next month's file means what last month's meant. */
export function Template({ description, onChange }: Props) {
  const sets = useDatasets();
  const [used, setUsed] = useState("");
  const [error, setError] = useState<unknown>(null);
  const items = sets.data?.items ?? [];
  if (items.length === 0) return null;
  const take = async (id: string) => {
    setUsed(id);
    setError(null);
    if (id === "") {
      onChange(description.mapping);
      return;
    }
    try {
      onChange(fromTemplate(await readMapping(id), description.mapping));
    } catch (reason) {
      setError(reason);
    }
  };
  return (
    <>
      <NativeSelect
        w={320}
        mb="sm"
        label="Start from"
        value={used}
        data={[{ value: "", label: "what names and values say" }, ...items.map((set) => ({ value: set.id, label: `the mapping of ${set.name}, version ${set.version}` }))]}
        onChange={(event) => void take(event.currentTarget.value)}
      />
      {error !== null && <Problem error={error} />}
    </>
  );
}
