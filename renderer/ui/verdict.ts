import type { Outcome, Verdict } from '../../shared/contract/report.ts'
import type { IconName } from './controls.tsx'

export interface Sign {
  readonly icon: IconName
  readonly tone: 'ok' | 'fault' | 'warning' | 'unknown' | 'live'
  readonly word: string
}

const audio: Readonly<Record<Verdict['kind'], Sign>> = {
  'two-way-audio': { icon: 'ok', tone: 'ok', word: 'two-way audio' },
  'one-way-audio': { icon: 'fault', tone: 'fault', word: 'one-way audio' },
  'no-audio': { icon: 'fault', tone: 'fault', word: 'no audio' },
  'not-answered': { icon: 'warning', tone: 'warning', word: 'not answered' },
  'unknown': { icon: 'unknown', tone: 'unknown', word: 'audio unknown' },
}

const outcomes: Readonly<Record<Outcome, Sign | null>> = {
  'answered': null,
  'in-progress': null,
  'refused': { icon: 'fault', tone: 'fault', word: 'refused' },
  'failed': { icon: 'fault', tone: 'fault', word: 'failed' },
  'cancelled': { icon: 'warning', tone: 'warning', word: 'cancelled' },
  'no-answer': { icon: 'warning', tone: 'warning', word: 'no answer' },
}

/** What came of a call, as icon and word; `code`: the final response. */
export function signOf(outcome: Outcome, verdict: Verdict['kind'], code: number | null): Sign {
  const sign = outcomes[outcome] ?? audio[verdict]
  return outcome === 'refused' && code !== null ? { ...sign, word: `refused ${code}` } : sign
}
