import { useSystem } from "../../api/settings";
import { formatAge, formatMoment } from "../../format/date";
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
                <div><p><strong>{part.name}</strong></p><p className="advice">{part.message}</p></div>
                <span className="quiet nowrap" title={formatMoment(part.checked_at)}>looked at {formatAge(part.checked_at, system.dataUpdatedAt)}</span>
              </li>
            ))}
          </ul>
          <Part title="Versions">
            <dl className="facts">
              <div><dt>Outlay</dt><dd>{data.version}, running since {formatMoment(data.started_at)}</dd></div>
              {Object.entries(data.versions).map(([name, version]) => <div key={name}><dt>{name}</dt><dd>{version}</dd></div>)}
            </dl>
          </Part>
        </>
      )}
    </Loaded>
  );
}
