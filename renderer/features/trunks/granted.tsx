import { grants } from '../../../shared/providers/advice.ts'
import type { Provider } from '../../../shared/providers/provider.ts'

/** What the provider of a trunk says that it grants, and where. */
export function Granted({ provider }: { provider: Provider }) {
  const { name, source, url, asOf } = provider
  return (
    <div className="field" role="group" aria-label={`What ${name} grants`}>
      <span>{name} grants</span>
      <div>
        <ul className="trunks-grants">
          {grants(provider).map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
        <p className="hint">
          As {source} says, read {asOf}
          {url === undefined ? '' : `: ${url}`}.
        </p>
      </div>
    </div>
  )
}
