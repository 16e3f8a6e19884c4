import { dialogRules, registrationRules, rules } from '../diagnosis/rules/index.ts'
import type { Handlers } from './handlers.ts'

export function ruleHandlers(): Handlers<'rule'> {
  return {
    'rule.list': () =>
      [...rules, ...registrationRules, ...dialogRules].map(
        ({ id, severities, looksAt, speaks, silent, silences = [] }) => ({
          id,
          severities: [...severities],
          looksAt,
          speaks,
          silent,
          silences: [...silences],
        }),
      ),
  }
}
