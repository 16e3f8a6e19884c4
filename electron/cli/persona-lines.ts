import { elide, visible } from '../../shared/base/text.ts'
import type { ControlReport, PersonaReport, WebhookReport } from '../../shared/contract/persona.ts'
import { webhookCame } from '../../shared/shown/webhook.ts'
import type { Paint } from './terminal.ts'

const widest = 100
const shown = (text: string) => elide(visible(text), widest)

/** Whether what was compared holds; null: that is not known. */
export const stepMark = (holds: boolean | null, paint: Paint): string =>
  holds === null ? paint.yellow('?') : holds ? paint.green('✓') : paint.red('✕')

/** What a persona made of a call, indented below its line. */
export function personaLines(report: PersonaReport, paint: Paint): string[] {
  const { name, decision, because, next, path, got, variables, webhook, control, wouldRefuse = [] } = report
  return [
    `${paint.bold(name)} ${decision}${because === null ? '' : `: ${visible(because)}. ${visible(next ?? '')}`}`,
    ...path.map(({ subject, arrived, wanted, holds, source }) => {
      const from = source ? paint.dim(` (${visible(source.source)}, ${visible(source.asOf)})`) : ''
      return `${stepMark(holds, paint)} ${visible(subject)}: ${shown(arrived)}; wanted: ${shown(wanted)}${from}`
    }),
    ...wouldRefuse.map(
      (one) => `${paint.red('✕')} would refuse with ${one.status}: ${visible(one.because)}. ${visible(one.next)}`,
    ),
    ...got.map((one) => `${visible(one.name)}: ${shown(one.value)}`),
    ...variables.map((made) => {
      const becomes = made.variable === null ? 'no variable' : `${visible(made.variable)} = ${shown(made.value)}`
      return `${shown(made.name)} → ${becomes}${made.note === null ? '' : paint.dim(` (${visible(made.note)})`)}`
    }),
    ...(webhook ? webhookLines(webhook, paint) : []),
    ...(control ? controlLines(control, paint) : []),
  ].map((line) => `    ${line}`)
}

function webhookLines(report: WebhookReport, paint: Paint): string[] {
  const { url, tookMs, request, faults } = report
  return [
    `webhook POST ${shown(url)} ${shown(request.body)}`,
    `webhook ${tookMs === null ? 'had not answered when the call ended' : webhookCame(report)}`,
    ...faults.map(({ code, text }) => `${paint.red('✕')} ${code}: ${visible(text)}`),
  ]
}

function controlLines({ callId, requests }: ControlReport, paint: Paint): string[] {
  return [
    `call_id ${visible(callId)}: ${requests.length === 0 ? 'nothing was called for it' : 'your server called'}`,
    ...requests.map(({ action, afterMs, status, error }) => {
      const why = error === null ? '' : `: ${visible(error)}`
      return `${stepMark(error === null, paint)} ${visible(action)} after ${afterMs} ms: ${status}${why}`
    }),
  ]
}
