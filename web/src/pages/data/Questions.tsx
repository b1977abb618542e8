import { NativeSelect } from "@mantine/core";

import type { Description, Mapping } from "../../api/description";
import { Part } from "../../parts/Page";
import { Words } from "../../parts/Words";

/** Currencies that are offered first; the field of the mapping takes any code. */
const CURRENCIES = ["EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "JPY", "CNY", "INR", "BRL", "MXN", "CAD", "AUD", "NZD", "ZAR", "SGD", "HKD", "KRW", "TRY", "AED"];

interface Props {
  description: Description;
  mapping: Mapping;
  onChange: (mapping: Mapping) => void;
}

/** At most three questions that the file cannot answer. */
export function Questions({ description, mapping, onChange }: Props) {
  const asksCurrency = description.mapping.currency === undefined;
  const others = description.questions.filter((q) => !/currency/i.test(q)).slice(0, asksCurrency ? 2 : 3);
  const gaps = description.findings.some((f) => f.code.includes("missing"));
  if (!asksCurrency && others.length === 0 && !gaps) return null;
  return (
    <Part title="What only you can answer" first>
      <div className="row end">
        {asksCurrency && (
          <NativeSelect
            label="In which currency are spend and revenue?"
            value={mapping.currency ?? ""}
            data={[{ value: "", label: "not said" }, ...CURRENCIES]}
            onChange={(event) => {
              const { value } = event.currentTarget;
              const next = { ...mapping };
              if (value) next.currency = value;
              else delete next.currency;
              onChange(next);
            }}
          />
        )}
        {gaps && (
          <NativeSelect
            label="What does a blank cell of a channel mean?"
            value={mapping.missing ?? "refuse"}
            data={[{ value: "refuse", label: "something is missing" }, { value: "zero", label: "nothing ran" }]}
            onChange={(event) => onChange({ ...mapping, missing: event.currentTarget.value as "refuse" | "zero" })}
          />
        )}
      </div>
      {others.map((question) => <p key={question} className="note"><Words text={question} /></p>)}
    </Part>
  );
}
