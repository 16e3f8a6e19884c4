import type { Settings } from '../../../shared/contract/commands.ts'
import { Field } from '../../ui/controls.tsx'
import { CodecsField, EncryptionField, PasswordField, WordsField } from '../../ui/fields.tsx'

type AgentSettings = Settings['agent']

/** Who may call, and with which media: of a persona its configuration says it. */
export function Access({
  draft,
  set,
  password,
  onPassword,
}: {
  draft: AgentSettings
  set: (change: Partial<AgentSettings>) => void
  password: string
  onPassword: (password: string) => void
}) {
  return (
    <>
      <WordsField
        label="Identifiers"
        hint="The user parts that are answered, separated by spaces; others get 404. Empty: all."
        value={draft.identifiers ?? []}
        onChange={(words) => set({ identifiers: words.length === 0 ? undefined : words })}
      />
      <CodecsField
        hint="Of those that the caller offers one of these is taken; a caller with no other gets 488."
        value={draft.codecs}
        onChange={(codecs) => set({ codecs })}
      />
      <EncryptionField value={draft.encryption} onChange={(encryption) => set({ encryption })} />
      <Field label="Digest user" hint="Callers must know its password. Empty: none is asked for.">
        {(props) => (
          <input
            {...props}
            value={draft.user ?? ''}
            autoComplete="off"
            onChange={(event) => set({ user: event.target.value === '' ? undefined : event.target.value })}
          />
        )}
      </Field>
      {draft.user !== undefined && (
        <PasswordField hint="Stored encrypted; empty keeps the stored one." value={password} onChange={onPassword} />
      )}
      <WordsField
        label="Allowed addresses"
        hint="CIDR blocks, separated by spaces; others get 403. Empty: everyone."
        value={draft.allow}
        onChange={(allow) => set({ allow })}
      />
    </>
  )
}
