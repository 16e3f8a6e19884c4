import { describe, expect, it } from 'vitest'
import { meterOf } from '../../../electron/engine/media/codec/index.ts'
import { htmlReport } from '../../../electron/engine/report/html-report.ts'
import { reportOf } from '../../../electron/engine/report/report.ts'
import { CallProjection } from '../../../electron/engine/trace/facts/call-projection.ts'
import { CallTrace } from '../../../electron/engine/trace/journal/call-trace.ts'
import { parseSip } from '../../../shared/wire/sip/parse.ts'
import { exportCall } from '../../../electron/engine/report/exports.ts'
import { request, sdp } from '../../harness/messages.ts'
import { at, call as shown, finding, inside, stream } from '../../harness/shown-calls.ts'

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

  it('draws the ladder of the window, with links to its messages, however many calls stand before it', () => {
    const call = shown({ messages: [inside('INVITE', 2, 4, 'sendonly'), inside('INFO', 3, 5, null)] })
    const page = htmlReport([call, call])
    const [first, second] = page.split('<hr>')
    expect(first).toMatch(/<a href="#m0"><text[^>]*>re-INVITE hold {2}PCMU sendonly<\/text><\/a>/)
    expect(first).toContain('<tr id="m0">')
    expect(second).toMatch(/<a href="#c1m1"><text[^>]*>INFO<\/text><\/a>/)
    expect(second).toContain('<tr id="c1m1">')
    expect(page).not.toMatch(/style="|#0a5bb5" fill="none"/)
  })

  it('has a column for each stream, and says why nothing came in a direction', () => {
    const page = htmlReport([
      shown({
        streams: [stream({ lostPercent: 4, lost: 14 })],
        verdict: { kind: 'one-way-audio', missing: 'from-peer', sentence: 'One-way audio.' },
        media: [
          {
            codec: 'PCMU',
            payloadType: 0,
            clockRate: 8000,
            ptimeMs: 20,
            encryption: 'none',
            direction: 'sendrecv',
            local: '10.0.0.1:4000',
            remote: '10.0.0.2:5000',
          },
        ],
        findings: [finding({ severity: 'warning' })],
      }),
    ])
    expect(page).toContain('<th class="to-peer">→ to peer, stream 1<br>')
    expect(page).toMatch(/>lost<\/th><td class="fault"><span aria-label="attention">.*?<\/span> 14 \(4\.0 %\)<\/td>/)
    expect(page).toContain('<span class="from-peer">← from peer</span>: not one packet from 10.0.0.2:5000')
    expect(page).toContain('class="verdict fault"')
    expect(page).toContain('class="finding warning"')
  })

  it('draws the course of jitter and level against the time of the call, and says what it need not draw', () => {
    const series = [1, 2, 3, 4].map((n) => [n * 500, n, 0, n === 3 ? null : -20 - n, 20] as const)
    const page = htmlReport([shown({ streams: [stream({ series })] })])
    expect(page.match(/<svg class="chart"/g)).toHaveLength(2)
    expect(page).toContain('No packet was lost.')
    expect(page).toMatch(/class="stroke-fault" stroke-dasharray="2 4"/)
    // A gap where the level is not known.
    expect(page).toMatch(/<path d="M[\d. ]+h0\.1L[\d. ]+M[\d. ]+h0\.1" class="stroke-to-peer"/)
  })

  it('has the time of this computer, with its zone, beside that of UTC', () => {
    const page = htmlReport([shown()])
    expect(page).toMatch(/started \d+ \w+ 20\d\d, \d\d:\d\d:\d\d [\w+:−-]+ <span class="quiet">\(2026-01-01T00:00:00/)
  })

  it('is saved under the time and the number that was called, by a name that every folder can hold', async () => {
    const files = await Promise.all(
      ['sip:+1999@pbx.example;user=phone', `sip:${'x'.repeat(300)}@h`, 'sip:../../etc/passwd@h'].map((requestUri) =>
        exportCall(shown({ requestUri, from: '', direction: 'outbound' }), undefined, 'html', false),
      ),
    )
    const [number, long, hostile] = files.map(({ name }) => name)
    expect(number).toBe('ringback-2026-01-01-00-00-00-+1999@pbx.example-one.html')
    expect(long!.length).toBeLessThan(130)
    expect(long).toMatch(/-one\.html$/)
    expect(hostile).not.toContain('/')
    const masked = await exportCall(shown({ requestUri: 'sip:+19995551234@h' }), undefined, 'html', true)
    expect(masked.name).not.toContain('5551234')
  })

  it('of a call from thousands of addresses draws the first columns only', () => {
    const messages = Array.from({ length: 3003 }, (_, n) => ({
      ...inside('INFO', n, 4, null),
      source: `10.${n >> 8}.${n & 255}.1:5060`,
      at: at(4 + n / 1000),
    }))
    const page = htmlReport([shown({ messages })])
    expect(Number(/<svg class="ladder"[^>]* width="(\d+)"/.exec(page)![1])).toBeLessThan(10_000)
    expect(page).toMatch(/[\d,]+ more rows are not drawn/)
  })
})
