// What the demo does not have and pages can show: a second model and plans to compare, a file on its
// way in, another person, a token.

import { over } from "../browser/session.mjs";

/** Makes it through the API; the identities of what pages are looked at with. */
export async function furnish(api) {
  const first = async (list) => (await api.get(`/${list}`)).items[0].id;
  const [dataset, model, plan, campaign] = [await first("datasets"), await first("models"), await first("plans"), await first("campaigns")];
  const quick = await api.post("/models", { dataset, preset: "meridian", method: "laplace", seed: 7 });
  await over(api, quick.job);
  const kept = await api.get(`/plans/${plan}/document`);
  const budget = Math.round(kept.totals.current);
  const ask = async (name, question) => {
    const made = await api.post("/plans", { model, name, question: { version: 1, ...question } });
    await over(api, made.job);
    return made.plan;
  };
  const limits = { min: { "of-current": 0.5 }, max: { "of-current": 2 } };
  const bold = await ask("Bold: half to double", { budget: { least: budget, most: budget }, "every-channel": limits });
  const more = await ask("A tenth more money", { budget: { least: 1.1 * budget, most: 1.1 * budget }, "every-channel": limits });
  await api.post("/users", { name: "Grace", email: "grace@example.org", password: "a long enough password 2", role: "analyst" });
  await api.post("/tokens", { name: "nightly export", role: "viewer" });
  const upload = await api.upload("brand.csv", file(await api.get(`/datasets/${dataset}/series`)));
  return { dataset, model, quick: quick.model, plans: [plan, bold, more], campaign, upload };
}

/** A data set's series as a file that somebody might drop. */
function file({ dates, kpi, channels }) {
  const paid = channels.filter((c) => c.kind === "paid");
  const head = ["week", kpi.name, ...paid.flatMap((c) => [`${c.name}_spend`, `${c.name}_${c.exposure_unit}`])];
  const rows = dates.map((date, i) => [date, kpi.values[i], ...paid.flatMap((c) => [c.spend[i], c.exposure[i]])]);
  return Buffer.from([head, ...rows].map((row) => row.join(",")).join("\n"));
}
