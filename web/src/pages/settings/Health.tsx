import { useSystem } from "../../api/settings";
import { formatAge, formatMoment } from "../../format/date";
import { capitalise } from "../../format/terms";
import { Loaded } from "../../parts/Loaded";
import { Part } from "../../parts/Page";
import { State } from "../../parts/State";

export function Health() {
  const system = useSystem();
  return (
    <Loaded query={system}>
      {(data) => (
        <>
          <ul className="checks">
            {data.parts.map((part) => (
              <li key={part.name}>
                <State state={part.state} />
                <div><p><strong>{capitalise(part.name)}</strong></p><p className="advice">{part.message}</p></div>
                <span className="quiet nowrap" title={formatMoment(part.checked_at)}>checked {formatAge(part.checked_at, system.dataUpdatedAt)}</span>
              </li>
            ))}
          </ul>
          <Part title="Versions">
            <dl className="facts">
              <div><dt>Outlay</dt><dd>{data.version}, running since {formatMoment(data.started_at)}</dd></div>
              <div><dt>Database</dt><dd>{data.versions.database}</dd></div>
            </dl>
          </Part>
        </>
      )}
    </Loaded>
  );
}
