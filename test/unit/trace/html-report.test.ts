import { describe, expect, it } from 'vitest'
import { meterOf } from '../../../electron/engine/media/codec/index.ts'
import { htmlReport } from '../../../electron/engine/report/html-report.ts'
import { reportOf } from '../../../electron/engine/report/report.ts'
import { CallProjection } from '../../../electron/engine/trace/facts/call-projection.ts'
import { CallTrace } from '../../../electron/engine/trace/journal/call-trace.ts'
import { parseSip } from '../../../shared/wire/sip/parse.ts'
import { request, sdp } from '../../harness/messages.ts'

describe('the HTML report', () => {
  it('shows whatever the wire said as text, never as markup, and no secret', () => {
    const trace = new CallTrace('1', 'call-1', 'observed')
    const call = new CallProjection(trace, meterOf)
    const hostile = request({
      body: sdp(),
      extra:
        'X-Evil: <script>alert(1)</script>\nSubject: \u202eoverride\u0000\n' +
        'Authorization: Digest username="u", response="deadbeefcafe"\n',
    }).replace('sip:peer@192.0.2.99>;tag', 'sip:"<img src=x>"@192.0.2.99>;tag')
    const bytes = Buffer.from(hostile)
    trace.sip({
      at: 1_700_000_000_000_000,
      transport: 'udp',
      source: { host: '192.0.2.99', port: 5060 },
      destination: { host: '192.0.2.1', port: 5060 },
      direction: 'observed',
      bytes,
      message: parseSip(bytes),
    })
    const page = htmlReport([reportOf(call, 1_700_000_040_000_000, null)])
    expect(page).not.toMatch(/<script|<img|deadbeefcafe|\u202e|\u0000/)
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(page).toContain("default-src 'none'")
    expect(page).toContain('No response at all came')
  })
})
