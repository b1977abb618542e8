import { Checkbox } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";

import { useDeletePlan } from "../../api/plans";
import type { PlanRow } from "../../api/plans";
import { useMay } from "../../api/session";
import { formatMoment } from "../../format/date";
import { capitalise } from "../../format/terms";
import { Confirm } from "../../parts/Confirm";
import { State } from "../../parts/State";
import { Words } from "../../parts/Words";

/** Every plan; those that are ticked are compared. */
export function Plans({ plans, compared }: { plans: PlanRow[]; compared: string[] }) {
  const navigate = useNavigate();
  const remove = useDeletePlan();
  const allowed = useMay("analyst");
  if (plans.length === 0) return <p className="quiet">No plan yet. Each one stays here, to be compared and exported.</p>;
  const toggle = (id: string) => {
    const next = compared.includes(id) ? compared.filter((c) => c !== id) : [...compared, id];
    void navigate({ to: "/plan", search: { compare: next.length > 0 ? next.join(",") : undefined }, resetScroll: false });
  };
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Plans">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Plan</th><th scope="col">Compare</th><th scope="col">What it says</th><th scope="col">State</th>
            <th scope="col">Made</th><th scope="col"><span className="hidden">Actions</span></th>
          </tr>
        </thead>
        <tbody>
          {plans.map((plan) => (
            <tr key={plan.id}>
              <td><Link to="/plan/$id" params={{ id: plan.id }}>{plan.name}</Link><br /><span className="quiet">{plan.model.name}</span></td>
              <td>
                <Checkbox aria-label={`Compare ${plan.name}`} disabled={plan.state !== "ready"} checked={compared.includes(plan.id)} onChange={() => toggle(plan.id)} />
              </td>
              <td className="prose">{plan.sentence ? <Words text={capitalise(plan.sentence)} /> : "—"}</td>
              <td><State state={plan.state} /></td>
              <td className="nowrap">{formatMoment(plan.created_at)}</td>
              <td>
                {allowed && <Confirm label="Delete" variant="subtle" title={`Delete ${plan.name}?`} confirm="Delete the plan" harm run={() => remove.mutateAsync(plan.id)}>
                  It can be made again from the same model and the same question.
                </Confirm>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
