import { useDeleteModel } from "../../api/models";
import type { Model } from "../../api/models";
import { useMay } from "../../api/session";
import { formatMoment } from "../../format/date";
import { Confirm } from "../../parts/Confirm";
import { State } from "../../parts/State";

interface Props {
  models: Model[];
  current: string | undefined;
  onShow: (id: string) => void;
}

export function Versions({ models, current, onShow }: Props) {
  const remove = useDeleteModel();
  const allowed = useMay("analyst");
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Versions">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Model</th><th scope="col">Data</th><th scope="col">Preset, method</th>
            <th scope="col">State</th><th scope="col">Health</th><th scope="col">Started</th><th scope="col"><span className="hidden">Actions</span></th>
          </tr>
        </thead>
        <tbody>
          {models.map((m) => (
            <tr key={m.id} className={m.id === current ? "chosen" : undefined}>
              <td>
                <button type="button" className="link" style={{ fontSize: 14, color: "var(--accent)" }} onClick={() => onShow(m.id)}>
                  {m.name} v{m.version}
                </button>
              </td>
              <td>{m.dataset.name}</td>
              <td>{m.preset}, {m.method}</td>
              <td><State state={m.published ? "published" : m.state} /></td>
              <td>{m.health ? <State state={m.health.verdict} /> : "—"}</td>
              <td className="nowrap">{formatMoment(m.created_at)}</td>
              <td className="number">
                {allowed && !m.published && m.state !== "running" && (
                  <Confirm label="Delete" variant="subtle" title={`Delete ${m.name} v${m.version}?`} confirm="Delete the model" harm run={() => remove.mutateAsync(m.id)}>
                    Its draws and its answers go; plans that were made from it stay readable.
                  </Confirm>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
