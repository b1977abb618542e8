import { Button, Checkbox, Input, MultiSelect, NativeSelect, NumberInput, SegmentedControl, TextInput } from "@mantine/core";
import type { Dispatch } from "react";

import type { Granularity } from "../../api/common";
import type { Terms } from "../../format/terms";
import { Channel } from "../../parts/Swatch";
import { QUARTER, limitsOf } from "./builder";
import type { Action, Builder, BudgetKind, Entry, Goal } from "./builder";

interface Props {
  state: Builder;
  dispatch: Dispatch<Action>;
  terms: Terms;
  granularity: Granularity;
  /** Paid channels with what doing nothing spends over the horizon; null where it is not known yet. */
  channels: { name: string; now: number | null }[];
  /** All channels, in the order of colours. */
  colours: string[];
}

const entry = (value: string | number): Entry => (typeof value === "number" ? value : "");

interface NumberProps {
  label: string;
  value: Entry;
  onChange: (value: Entry) => void;
  description?: string;
  prefix?: string;
  suffix?: string;
  hidden?: boolean;
  placeholder?: string;
}

function Amount({ label, value, onChange, hidden, ...rest }: NumberProps) {
  return (
    <NumberInput
      {...rest}
      label={hidden ? undefined : label}
      aria-label={label}
      size={hidden ? "xs" : undefined}
      w={hidden ? 110 : 170}
      value={value}
      min={0}
      hideControls
      thousandSeparator
      onChange={(v) => onChange(entry(v))}
    />
  );
}

const BUDGETS: { value: BudgetKind; label: string }[] = [
  { value: "same", label: "As now" },
  { value: "total", label: "A total" },
  { value: "range", label: "From – to" },
  { value: "free", label: "While it pays" },
];

export function Ask({ state, dispatch, terms, granularity }: Omit<Props, "channels" | "colours">) {
  const outcome = terms.outcomeIsMoney ? terms.outcomeName : `number of ${terms.outcomeName}`;
  const goals: { value: Goal; label: string }[] = [
    { value: "outcome", label: `the largest expected ${outcome}` },
    { value: "cautious", label: "only what the data supports (cautious)" },
    { value: "profit", label: "the largest expected profit" },
    { value: "goal", label: `the best chance of reaching a goal` },
    { value: "target-roas", label: "the most, at an average return of at least …" },
    { value: "target-cpa", label: "the most, at an average cost of at most …" },
    { value: "target-mroi", label: `spend until the next ${terms.unit} returns …` },
  ];
  const targets: Partial<Record<Goal, string>> = {
    cautious: "Share of worst cases, %", goal: `Goal (${terms.outcomeAxis})`, "target-roas": `Return (${terms.rateUnit})`,
    "target-cpa": "Cost per outcome", "target-mroi": `Return on the next ${terms.unit}`,
  };
  const target = targets[state.goal];
  return (
    <div className="row end">
      <Input.Wrapper label="Budget" labelElement="div">
        <SegmentedControl display="flex" size="xs" value={state.budget} onChange={(v) => dispatch({ set: { budget: v as BudgetKind } })} data={BUDGETS} aria-label="Budget" />
      </Input.Wrapper>
      {state.budget === "range" && (
        <Amount label="At least" prefix={terms.sign} value={state.least} onChange={(least) => dispatch({ set: { least } })} />
      )}
      {(state.budget === "total" || state.budget === "range") && (
        <Amount label={state.budget === "total" ? "Total" : "At most"} prefix={terms.sign} value={state.most} onChange={(most) => dispatch({ set: { most } })} />
      )}
      <Amount label={`For how many ${granularity}s`} placeholder={`${QUARTER[granularity]}, a quarter`} value={state.horizon} onChange={(horizon) => dispatch({ set: { horizon } })} />
      <NativeSelect label="Looking for" w={330} value={state.goal} data={goals} onChange={(event) => dispatch({ set: { goal: event.currentTarget.value as Goal } })} />
      {target && <Amount label={target} value={state.target} placeholder={state.goal === "cautious" ? "25" : undefined} onChange={(t) => dispatch({ set: { target: t } })} />}
      {(state.goal === "profit" || state.margin !== "") && (
        <Amount label="Margin, % of outcome" suffix=" %" value={state.margin} onChange={(margin) => dispatch({ set: { margin } })} />
      )}
    </div>
  );
}

export function LimitsTable({ state, dispatch, terms, channels, colours }: Props) {
  const inPercent = state.unit === "percent";
  return (
    <>
      <div className="row end" style={{ marginBottom: 8 }}>
        <Amount label="Each at least" suffix=" % of now" value={state.every.min} onChange={(min) => dispatch({ set: { every: { ...state.every, min } } })} />
        <Amount label="and at most" suffix=" % of now" value={state.every.max} onChange={(max) => dispatch({ set: { every: { ...state.every, max } } })} />
        <SegmentedControl size="xs" value={state.unit} onChange={(v) => dispatch({ set: { unit: v as Builder["unit"] } })}
          data={[{ value: "percent", label: "Own limits in %" }, { value: "money", label: "in money" }]} />
      </div>
      <div className="scroll">
        <table className="data limits" style={{ width: "auto" }}>
          <thead>
            <tr>
              <th scope="col">Channel</th><th scope="col" className="number">Now</th>
              <th scope="col" className="number">At least</th><th scope="col" className="number">At most</th><th scope="col">Keep as it is</th>
            </tr>
          </thead>
          <tbody>
            {channels.map(({ name, now }) => {
              const limits = limitsOf(state, name);
              const shape = inPercent ? { suffix: " %" } : { prefix: terms.sign };
              const hint = (value: Entry) => (inPercent && value !== "" ? `${value} %` : "");
              return (
                <tr key={name}>
                  <td><Channel name={name} channels={colours} /></td>
                  <td className="number" title={terms.moneyExact(now)}>{terms.money(now)}</td>
                  <td className="number">
                    {!limits.lock && <Amount hidden label={`${name} at least`} {...shape} value={limits.min} placeholder={hint(state.every.min)} onChange={(min) => dispatch({ channel: name, limits: { min } })} />}
                  </td>
                  <td className="number">
                    {!limits.lock && <Amount hidden label={`${name} at most`} {...shape} value={limits.max} placeholder={hint(state.every.max)} onChange={(max) => dispatch({ channel: name, limits: { max } })} />}
                  </td>
                  <td><Checkbox aria-label={`Keep ${name} as it is`} checked={limits.lock} onChange={(event) => dispatch({ channel: name, limits: { lock: event.currentTarget.checked } })} /></td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}

export function MoreLimits({ state, dispatch, terms, granularity, channels }: Omit<Props, "colours">) {
  const names = channels.map((c) => c.name);
  return (
    <div className="stack">
      {state.groups.map((group, index) => (
        <div key={index} className="row end">
          <TextInput label="Group" w={130} value={group.name} onChange={(event) => dispatch({ group: index, change: { name: event.currentTarget.value } })} />
          <MultiSelect label="Channels" w={280} data={names} value={group.channels} onChange={(value) => dispatch({ group: index, change: { channels: value } })} />
          <Amount label="At least" prefix={terms.sign} value={group.min} onChange={(min) => dispatch({ group: index, change: { min } })} />
          <Amount label="At most" prefix={terms.sign} value={group.max} onChange={(max) => dispatch({ group: index, change: { max } })} />
          <Button variant="subtle" onClick={() => dispatch({ group: index, change: null })}>Remove</Button>
        </div>
      ))}
      {state.ratios.map((ratio, index) => (
        <div key={index} className="row end">
          <NativeSelect label="Spend of" w={140} data={names} value={ratio.channel} onChange={(event) => dispatch({ ratio: index, change: { channel: event.currentTarget.value } })} />
          <Amount label="at least times" value={ratio.min} onChange={(min) => dispatch({ ratio: index, change: { min } })} />
          <Amount label="at most times" value={ratio.max} onChange={(max) => dispatch({ ratio: index, change: { max } })} />
          <NativeSelect label="that of" w={140} data={names} value={ratio.to} onChange={(event) => dispatch({ ratio: index, change: { to: event.currentTarget.value } })} />
          <Button variant="subtle" onClick={() => dispatch({ ratio: index, change: null })}>Remove</Button>
        </div>
      ))}
      <div className="row end">
        <Amount label={`Rise per ${granularity}, at most`} suffix=" %" value={state.ramp.up} onChange={(up) => dispatch({ set: { ramp: { ...state.ramp, up } } })} />
        <Amount label={`Fall per ${granularity}, at most`} suffix=" %" value={state.ramp.down} onChange={(down) => dispatch({ set: { ramp: { ...state.ramp, down } } })} />
        <Button variant="default" onClick={() => dispatch({ add: "group", channels: names })}>Add a group</Button>
        <Button variant="default" onClick={() => dispatch({ add: "ratio", channels: names })}>Add a ratio</Button>
      </div>
    </div>
  );
}
