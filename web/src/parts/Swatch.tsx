import type { CSSProperties } from "react";

import { colourVar, lookOf } from "../theme/palette";

/** A channel's name with its colour: the same on every page. */
export function Channel({ name, channels }: { name: string; channels: readonly string[] }) {
  const look = lookOf(channels, name);
  return (
    <span>
      {look && (
        <span
          className={`swatch p${look.pattern}`}
          style={{ "--k": colourVar(look) } as CSSProperties}
          aria-hidden="true"
        />
      )}
      {name}
    </span>
  );
}
