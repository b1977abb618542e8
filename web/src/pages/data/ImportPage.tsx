import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { useAcceptDataset } from "../../api/datasets";
import type { Description, Mapping } from "../../api/description";
import { useCheck, useDescription } from "../../api/uploads";
import { Numbers } from "../../format/number";
import { Terms } from "../../format/terms";
import { DataFindings } from "../../parts/Findings";
import { Loaded } from "../../parts/Loaded";
import { Method, PageHead, Part } from "../../parts/Page";
import { Problem } from "../../parts/Problem";
import { MappingTable, Preview } from "./MappingTable";
import { QualityCard } from "./Quality";
import { Questions } from "./Questions";
import { Template } from "./Template";
import { TotalsTable } from "./TotalsTable";

const numbers = new Numbers();
/** Milliseconds after the last change before the file is added up again. */
const PAUSE = 300;

function plainName(file: string): string {
  return file.replace(/\.[^.]+$/, "");
}

function Import({ upload, description, onSheet }: { upload: string; description: Description; onSheet: (sheet: string) => void }) {
  const [mapping, setMapping] = useState<Mapping>(description.mapping);
  const [name, setName] = useState(plainName(description.source.file));
  useEffect(() => setMapping(description.mapping), [description]);
  const [settled] = useDebouncedValue(mapping, PAUSE);
  const check = useCheck(upload, settled);
  const accept = useAcceptDataset();
  const navigate = useNavigate();
  const result = check.data;
  const terms = new Terms(
    { currency: mapping.currency ?? null, outcome_is_money: mapping.kpi.kind === "revenue", outcome_unit: mapping.kpi.column },
    numbers,
  );
  const go = () =>
    accept.mutate({ upload, mapping, name }, { onSuccess: () => void navigate({ to: "/" }) });
  const settledNow = settled === mapping && !check.isFetching;
  return (
    <>
      <PageHead
        name="Import"
        question="Is the data complete and right?"
        sentence={result?.sentence ?? description.sentence}
        actions={
          <Button disabled={!result?.valid || !settledNow} loading={accept.isPending} onClick={go}>
            It matches: import it
          </Button>
        }
      />
      {accept.isError && <Problem error={accept.error} />}
      {check.isError && <Problem error={check.error} />}
      {description.sheets && description.sheets.length > 1 && (
        <Part first title="Which sheet?">
          <NativeSelect
            w={260}
            aria-label="Sheet"
            data={description.sheets}
            value={description.source.sheet ?? undefined}
            onChange={(event) => onSheet(event.currentTarget.value)}
          />
        </Part>
      )}
      <Questions description={description} mapping={mapping} onChange={setMapping} />
      <Part title="What the columns mean" lead="Proposed from names and values. Change what is wrong; everything below follows.">
        <Template description={description} onChange={setMapping} />
        <MappingTable description={description} mapping={mapping} onChange={setMapping} />
        <Preview description={description} />
      </Part>
      <Part title="Does this match?" lead="Lay these totals beside your own books. A row counts for the month of its date.">
        {result?.totals ? <TotalsTable totals={result.totals} terms={terms} /> : <p className="quiet">There are totals as soon as dates and outcome can be read.</p>}
      </Part>
      {result && result.problems.length > 0 && (
        <Part title="What keeps it from being used">
          <DataFindings findings={result.problems} />
        </Part>
      )}
      {result && (
        <Part title="Quality"><QualityCard quality={result.quality} /></Part>
      )}
      <Part title="Name">
        <TextInput className="form" aria-label="Name of the data set" value={name} onChange={(event) => setName(event.currentTarget.value)} />
      </Part>
      <Method
        title="How the file was read"
        facts={[
          ["File", `${description.source.file}, ${numbers.bytes(description.source.bytes)}`],
          ["Kind", [description.source.format, description.source.encoding, description.source.delimiter && `fields separated by “${description.source.delimiter}”`].filter(Boolean).join(", ")],
          ["Rows", numbers.exact(description.rows)],
        ]}
      />
    </>
  );
}

export default function ImportPage() {
  const { upload } = useParams({ from: "/data/import/$upload" });
  const [sheet, setSheet] = useState<string>();
  const description = useDescription(upload, sheet);
  return (
    <div className="page">
      <Loaded query={description} height={420}>
        {(data) => <Import upload={upload} description={data} onSheet={setSheet} />}
      </Loaded>
    </div>
  );
}
