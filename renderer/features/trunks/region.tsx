import { parseHostPort } from '../../../shared/base/address.ts'
import type { Provider } from '../../../shared/providers/provider.ts'
import { Choice, Field } from '../../ui/controls.tsx'

type Target = Provider['targets'][number]

/** Which of the addresses of a provider a trunk goes to; nothing where it has but one. */
export function Region({
  provider: { targets },
  address,
  onChange,
}: {
  provider: Provider
  address: string
  onChange: (address: string) => void
}) {
  const host = (parseHostPort(address)?.host ?? address).toLowerCase()
  const isAt = ({ address: of }: Target) => (of.startsWith('.') ? host.endsWith(of) : host === of)
  const target = targets.find(isAt)
  if (targets.length < 2) return null
  return (
    <Field label="Region" hint={target?.note}>
      {(props) => (
        <Choice
          {...props}
          value={target?.name ?? ''}
          options={[
            ...(target ? [] : [['', 'Another address', true] as const]),
            ...targets.map(({ name }) => [name, name] as const),
          ]}
          onChange={(name) => {
            const to = targets.find((one) => one.name === name)!.address
            // What is the customer's own before it stays.
            const own = target?.address.startsWith('.') ? host.slice(0, -target.address.length) : ''
            onChange(to.startsWith('.') ? own + to : to)
          }}
        />
      )}
    </Field>
  )
}
