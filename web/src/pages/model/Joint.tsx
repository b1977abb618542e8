import type { JointEffect } from "../../api/summary";
import { capitalise } from "../../format/terms";
import type { Terms } from "../../format/terms";
import { Part } from "../../parts/Page";
import { Channel } from "../../parts/Swatch";

/** What the data cannot tell apart, said plainly, with what it knows of them together. */
export function Joint({ joint, terms, channels }: { joint: JointEffect[]; terms: Terms; channels: string[] }) {
  return (
    <Part title="What the data cannot tell">
      <ul className="checks">
        {joint.map((one) => (
          <li key={one.channels.join()} style={{ gridTemplateColumns: "200px minmax(0, 1fr)" }}>
            <span>{one.channels.map((name) => <div key={name}><Channel name={name} channels={channels} /></div>)}</span>
            <div>
              <p>{capitalise(one.sentence)}</p>
              {one.channels.length > 1 && (
                <p className="advice">Together: {terms.returnPerUnit.toLowerCase()} {terms.rateInterval(one.roi)}.</p>
              )}
            </div>
          </li>
        ))}
      </ul>
    </Part>
  );
}
