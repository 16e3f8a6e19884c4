import { parseHostPort } from '../../shared/base/address.ts'
import { rangesOf } from '../../shared/providers/index.ts'
import { Foreign } from './controls.tsx'

/** An address, with the provider that publishes a range which it lies in, the document and its date. */
export function Owned({ address }: { address: string }) {
  const host = parseHostPort(address)?.host
  const [owner] = host === undefined ? [] : rangesOf(host)
  if (!owner) return <Foreign text={address} />
  const { provider, range } = owner
  const { source, asOf } = range.from ?? provider
  return (
    <>
      <Foreign text={address} />{' '}
      <span className="muted" title={`In ${range.cidr}, as ${source} says, read ${asOf}.`}>
        ({provider.name})
      </span>
    </>
  )
}
