import { Figure } from "../../charts/Figure";
import { Tracks, lockOf } from "../../charts/Tracks";
import type { Track } from "../../charts/Tracks";
import { cell } from "../../charts/table";
import { Part } from "../../parts/Page";
import { colourVar, lookOf } from "../../theme/palette";
import type { PlanParts } from "./PlanView";

const HELD = { open: "", "at-least": "at its least", "at-most": "at its most", locked: "kept as it is" };

/** Per channel where we are, where the plan goes, and what holds it there. */
export function PlanTracks({ plan, terms, channels }: PlanParts) {
  const searched = plan.certificate != null;
  const tracks: Track[] = plan.channels.map((c) => {
    // A plan of one's own is held by nothing but one's wish.
    const lock = searched ? lockOf(c) : "open";
    const binding = plan.binding.find((b) => b.limit.startsWith(`${c.name}:`));
    const change = c.current > 0 ? terms.numbers.change(c.planned / c.current - 1) : c.planned > 0 ? "new" : "";
    const price = binding && binding.price > 0 ? `one more ${terms.unit} of room brings ${terms.rate(binding.price)}` : "";
    const shown = `${terms.money(c.current)} → ${terms.money(c.planned)}`;
    return {
      name: c.name, colour: colourVar(lookOf(channels, c.name)), min: c.min, max: c.max, now: c.current, planned: c.planned,
      lock, held: [HELD[lock], price].filter(Boolean).join(" · "), shown,
      tip: `${c.name}: ${shown} ${change}\nallowed ${terms.money(c.min)} to ${terms.money(c.max)}${binding ? `\n${binding.sentence}` : ""}`,
    };
  });
  const title = searched ? "Now and planned, within what the limits allow" : "Now and in your plan";
  return (
    <Part first>
      <Figure
        title={title}
        name={title}
        note={searched ? "Dot: now. Ring: planned. Grey: what the limits allow. A lock: something holds it there." : "Dot: now. Ring: planned."}
        table={{
          columns: [{ label: "Channel" }, ...["At least", "Now", "Planned", "At most"].map((label) => ({ label, numeric: true, unit: plan.question.currency ?? undefined })), { label: "Held" }],
          rows: plan.channels.map((c, i) => [
            cell(c.name), ...[c.min, c.current, c.planned, c.max].map((v) => cell(terms.moneyExact(v), v)), cell(tracks[i]!.held),
          ]),
        }}
      >
        <Tracks title={title} tracks={tracks} money={(v) => terms.money(v)} />
      </Figure>
    </Part>
  );
}
