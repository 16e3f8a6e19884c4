import { InvalidArgumentError } from 'commander'
import { timedActionSchema, type TimedAction } from '../../shared/contract/actions.ts'
import { musicForms, musicNamed } from '../../shared/contract/music.ts'

/** `3s:hold`, `500ms:dtmf 12#`, `4:record file.wav`: what happens how long after the answer. */
export function parseTimed(text: string, before: readonly TimedAction[] = []): TimedAction[] {
  const [, number = '', unit = '', kind = '', argument] =
    /^(\d{1,8}(?:\.\d{1,6})?)(ms|s)?:([a-z]+)(?: (.+))?$/.exec(text) ?? []
  const parsed = timedActionSchema.safeParse({
    kind,
    atMs: Math.round(Number(number) * (unit === 'ms' ? 1 : 1000)),
    ...(kind === 'hold' && argument !== undefined && { music: musicNamed(argument) }),
    ...(kind === 'dtmf' && { digits: argument }),
    ...(kind === 'record' && { file: argument ?? null }),
    ...(kind === 'refer' && { to: argument }),
  })
  if (!parsed.success || (argument !== undefined && !['hold', 'dtmf', 'record', 'refer'].includes(kind)))
    throw new InvalidArgumentError(
      'write TIME:ACTION like 3s:hold; actions are hold, hold MUSIC, resume, mute, unmute, dtmf DIGITS, ' +
        `record FILE.wav, record (ends it), refer URI, reinvite, update and hangup; MUSIC is ${musicForms}.`,
    )
  return [...before, parsed.data]
}
