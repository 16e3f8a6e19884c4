import type { Provider } from '../../../shared/providers/provider.ts'

/** What the provider of a trunk says that it grants, and where. */
export function Granted({ provider: { name, limits, source, asOf } }: { provider: Provider }) {
  return (
    <div className="field" role="group" aria-label={`What ${name} grants`}>
      <span>{name} grants</span>
      <div>
        <ul className="trunks-grants">
          {limits.map((limit) => (
            <li key={limit}>{limit}</li>
          ))}
        </ul>
        <p className="hint">
          As {source} says, read {asOf}.
        </p>
      </div>
    </div>
  )
}
