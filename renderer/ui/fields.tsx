import type { ChangeEvent, ComponentProps, ReactNode } from 'react'
import type { Encryption } from '../../shared/model/encryption.ts'
import { codecEntries, encryptions } from './choices.ts'
import { Choice, Field } from './controls.tsx'
import { OrderedChoice } from './ordered-choice.tsx'

type Row = Omit<ComponentProps<typeof Field>, 'children'>

/** Whether media is SRTP. */
export function EncryptionField({
  value,
  onChange,
  hint,
}: {
  value: Encryption
  onChange: (value: Encryption) => void
  hint?: string
}) {
  return (
    <Field label="Media encryption" hint={hint}>
      {(props) => <Choice {...props} value={value} options={encryptions} onChange={onChange} />}
    </Field>
  )
}

/** Codecs, the preferred one first. */
export function CodecsField({
  value,
  onChange,
  hint,
}: {
  value: readonly string[]
  onChange: (codecs: string[]) => void
  hint: string
}) {
  return (
    <Field label="Codecs" hint={hint}>
      {(props) => (
        <OrderedChoice
          {...props}
          what="Codecs"
          entries={codecEntries}
          value={value}
          onChange={(codecs) => codecs && onChange(codecs)}
        />
      )}
    </Field>
  )
}

/** A password is typed, never shown. */
export function PasswordField({
  label = 'Password',
  value,
  onChange,
  placeholder = '',
  ...row
}: Omit<Row, 'label'> & {
  label?: string
  value: string
  onChange: (value: string) => void
  placeholder?: string
}) {
  return (
    <Field label={label} {...row}>
      {(props) => (
        <input
          {...props}
          type="password"
          autoComplete="new-password"
          placeholder={placeholder}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}

/** Something that is so or not; `children` says what. */
export function CheckField({
  checked,
  onChange,
  children,
  ...row
}: Row & { checked: boolean; onChange: (checked: boolean) => void; children: ReactNode }) {
  const changed = (event: ChangeEvent<HTMLInputElement>) => onChange(event.target.checked)
  return (
    <Field {...row}>
      {(props) => (
        <label className="check">
          <input {...props} type="checkbox" checked={checked} onChange={changed} /> {children}
        </label>
      )}
    </Field>
  )
}

/** Words with spaces between them. */
export function WordsField({
  value,
  onChange,
  ...row
}: Row & { value: readonly string[]; onChange: (value: string[]) => void }) {
  return (
    <Field {...row}>
      {(props) => (
        <input
          {...props}
          className="mono"
          value={value.join(' ')}
          onChange={(event) => onChange(event.target.value.trim() === '' ? [] : event.target.value.split(/\s+/))}
        />
      )}
    </Field>
  )
}
