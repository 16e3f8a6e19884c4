import { describe, expect, it } from 'vitest'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { agentReports, callReport, ringback, startAgent } from '../harness/process.ts'
import {
  answerHeaders,
  answering,
  custom,
  headerIs,
  message,
  okToLast,
  refusing,
  ringing,
  sdpBody,
  startSipp,
} from '../harness/sipp.ts'

const keep = keepRunning('SIGKILL')

const dial = (port: number, ...args: string[]) => ['call', `sip:1001@127.0.0.1:${port}`, '--duration', '2', ...args]

describe.skipIf(!findPeer('sipp'))('calls to SIPp', () => {
  it('sends a header byte for byte to a peer that demands digest', async () => {
    const sipp = await keep(
      startSipp(
        {
          text: answering({
            challenge: { user: 'alice', password: 'geheim' },
            checks: headerIs('X-CALL-ID', ' a b;c=1'),
          }),
        },
        ['-rtp_echo'],
      ),
    )
    const { code, report } = await callReport(
      dial(sipp.port, '--header', 'X-CALL-ID: a b;c=1', '--user', 'alice', '--password-env', 'PW'),
      { PW: 'geheim' },
    )
    expect(report).toMatchObject({
      outcome: 'answered',
      status: { code: 200 },
      refusedBy: null,
      verdict: { kind: 'two-way-audio' },
    })
    expect(code).toBe(0)
    expect(JSON.stringify(report)).not.toContain('geheim')
    expect(report.messages.filter(({ raw }) => /response="(?!x+")/.test(raw))).toEqual([])
    expect(await sipp.done()).toBe(0)
  })

  it('finds one-way audio within two seconds of the answer when the peer sends nothing', async () => {
    const sipp = await keep(startSipp({ text: answering() }))
    const { code, report } = await callReport(dial(sipp.port))
    expect(code).toBe(1)
    expect(report.verdict).toMatchObject({ kind: 'one-way-audio', missing: 'from-peer' })
    const finding = report.findings.find(({ rule }) => rule === 'nothing-arrives')!
    expect(finding.severity).toBe('fault')
    expect(Date.parse(finding.at) - Date.parse(report.timeline.answeredAt!)).toBeLessThan(2000)
    expect(finding.next).not.toBe('')
    expect(await sipp.done()).toBe(0)
  })

  it('waits for a late answer and measures the delays', async () => {
    const sipp = await keep(
      startSipp({ text: answering({ provisional: ['100 Trying', '180 Ringing'], pauseMs: 1500 }) }),
    )
    const { report } = await callReport(dial(sipp.port))
    expect(report.timeline.setupMs).toBeGreaterThan(1400)
    expect(report.timeline.postDialDelayMs).toBeLessThan(1000)
    expect(report.timeline.ringingAt).not.toBeNull()
  })

  it.each([
    ['403 Forbidden', 'acl', 'refused-acl'],
    ['404 Not Found', 'number', 'refused-number'],
    ['404 No trunk found', 'routing', 'refused-number'],
    ['486 Busy Here', 'callee', 'refused-callee'],
    ['488 Not Acceptable Here', 'media', 'refused-media'],
    ['503 Service Unavailable', 'capacity', 'refused-capacity'],
    ['480 Temporarily Unavailable', 'capacity', 'refused-capacity'],
    ['403 Caller Number Invalid D35', 'number', 'refused-number'],
    ['400 ', 'provider', 'refused-wordless'],
    ['500 Server Internal Error', 'provider', 'refused-other'],
    ['302 Moved Temporarily', 'routing', 'refused-other'],
    ['603 Decline', 'callee', 'refused-callee'],
    ['484 Address Incomplete', 'number', 'refused-number'],
  ])('says who refused with %s: %s', async (status, by, rule) => {
    const sipp = await keep(startSipp({ text: refusing(status) }))
    const { code, report } = await callReport(dial(sipp.port))
    expect(code).toBe(1)
    expect(report).toMatchObject({ outcome: 'refused', refusedBy: by, status: { code: Number(status.slice(0, 3)) } })
    expect(report.findings.map((finding) => finding.rule)).toEqual([rule])
    expect(await sipp.done()).toBe(0)
  })

  it('blames the credentials for a 403 after a challenge', async () => {
    const sipp = await keep(startSipp({ text: refusing('403 Forbidden', { challengeFirst: true }) }))
    const { code, report } = await callReport(dial(sipp.port, '--user', 'alice', '--password-env', 'PW'), {
      PW: 'falsch',
    })
    expect(code).toBe(1)
    expect(report).toMatchObject({ outcome: 'refused', refusedBy: 'credentials' })
    expect(report.findings[0]).toMatchObject({
      rule: 'refused-credentials',
      evidence: expect.arrayContaining([{ message: expect.any(Number) }]),
    })
  })

  it('says that 408 is a call nobody answered', async () => {
    const sipp = await keep(startSipp({ text: refusing('408 Request Timeout') }))
    const { report } = await callReport(dial(sipp.port))
    expect(report).toMatchObject({ outcome: 'no-answer', status: { code: 408 } })
  })

  it('shows garbage in the ladder and goes on with the call', async () => {
    const text = custom(
      [
        '  <recv request="INVITE" />',
        message(
          'SIP/2.0 180 Ringing\n      [last_Via:]\n      [last_From:]\n      [last_Call-ID:]\n' +
            '      CSeq: nonsense\n      Content-Length: 0\n',
        ),
        message(`SIP/2.0 200 OK\n      ${answerHeaders}\n      ${sdpBody}\n`),
        '  <recv request="ACK" />',
        '  <recv request="BYE" />',
        okToLast,
      ].join('\n'),
    )
    const sipp = await keep(startSipp({ text }))
    const { report } = await callReport(dial(sipp.port))
    expect(report.outcome).toBe('answered')
    const bad = report.messages.find(({ problems }) => problems.length > 0)!
    expect(bad.problems.join()).toContain('CSeq "nonsense"')
    expect(report.findings.some(({ rule }) => rule === 'malformed')).toBe(true)
  })

  it('folds retransmissions and acknowledges each 200 again', async () => {
    const ok = message(`SIP/2.0 200 OK\n      ${answerHeaders}\n      ${sdpBody}\n`)
    const text = custom(
      [
        '  <recv request="INVITE" />',
        ok,
        ok,
        '  <recv request="ACK" />',
        '  <recv request="ACK" />',
        '  <recv request="BYE" />',
        okToLast,
      ].join('\n'),
    )
    const sipp = await keep(startSipp({ text }))
    const { report } = await callReport(dial(sipp.port))
    const oks = report.messages.filter(
      ({ startLine, cseq }) => startLine.startsWith('SIP/2.0 200') && cseq?.endsWith('INVITE'),
    )
    expect(oks).toHaveLength(2)
    expect(oks[1]!.retransmissionOf).toBe(report.messages.indexOf(oks[0]!))
    expect(await sipp.done()).toBe(0)
  })

  it('cancels on Ctrl+C while it rings, and says so with exit 130', async () => {
    const text = custom(
      [
        '  <recv request="INVITE" />',
        ringing,
        '  <recv request="CANCEL" />',
        okToLast,
        message(
          'SIP/2.0 487 Request Terminated\n      [last_Via:]\n      [last_From:]\n' +
            '      [last_To:];tag=[pid]SIPp[call_number]\n      [last_Call-ID:]\n      CSeq: [cseq] INVITE\n' +
            '      Content-Length: 0\n',
        ),
      ].join('\n'),
    )
    const sipp = await keep(startSipp({ text }))
    const call = ringback(dial(sipp.port))
    await call.until(/180 Ringing/)
    const { code, stdout } = await call.stop('SIGINT')
    expect(code).toBe(130)
    expect(stdout).toContain('CANCEL')
  })

  it('ends an answered call with BYE on Ctrl+C', async () => {
    const sipp = await keep(startSipp({ text: answering() }))
    const call = ringback(['call', `sip:1001@127.0.0.1:${sipp.port}`, '--duration', '60'])
    await call.until(/ACK/)
    expect((await call.stop('SIGINT')).code).toBe(130)
    expect(await sipp.done()).toBe(0)
  })

  it('gives up when it rings too long', async () => {
    const text = custom(['  <recv request="INVITE" />', ringing, '  <recv request="CANCEL" />', okToLast].join('\n'))
    const sipp = await keep(startSipp({ text }))
    const { code, report } = await callReport(dial(sipp.port, '--ring-timeout', '1'))
    expect(code).toBe(1)
    expect(report.outcome).toBe('no-answer')
  })

  it('calls over TCP', async () => {
    const sipp = await keep(startSipp({ text: answering() }, ['-t', 't1']))
    const { report } = await callReport(['call', `sip:1001@127.0.0.1:${sipp.port};transport=tcp`, '--duration', '2'])
    expect(report).toMatchObject({ outcome: 'answered', transport: 'tcp' })
    expect(await sipp.done()).toBe(0)
  })
})

describe.skipIf(!findPeer('sipp'))('calls from SIPp', () => {
  it('answers 250 calls at 50 a second and reports each', async () => {
    const agent = await keep(startAgent(['--listen', 'udp:127.0.0.1:0', '--listen', 'tcp:127.0.0.1:0']))
    const sipp = await keep(
      startSipp({ builtIn: 'uac' }, ['-m', '250', '-r', '50', '-d', '500', `127.0.0.1:${agent.port}`]),
    )
    expect(await sipp.done()).toBe(0)
    const { code } = await agent.stop('SIGINT')
    expect(code).toBe(130)
    const reports = agentReports(agent)
    expect(reports).toHaveLength(250)
    expect(new Set(reports.map(({ callId }) => callId)).size).toBe(250)
    expect(reports.every(({ outcome, direction }) => outcome === 'answered' && direction === 'inbound')).toBe(true)
  })

  it('challenges a caller and lets it in with the right password only', async () => {
    const agent = await keep(startAgent(['--user', 'alice', '--password-env', 'PW', '--calls', '2'], { PW: 'geheim' }))
    const caller = (password: string, expected: string) =>
      custom(
        [
          '  <send retrans="500"><![CDATA[\n      INVITE sip:agent@[remote_ip]:[remote_port] SIP/2.0\n' +
            '      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n' +
            '      From: <sip:alice@[local_ip]>;tag=[call_number]\n      To: <sip:agent@[remote_ip]>\n' +
            '      Call-ID: [call_id]\n      CSeq: 1 INVITE\n      Contact: <sip:alice@[local_ip]:[local_port]>\n' +
            `      Max-Forwards: 70\n      ${sdpBody}\n\n  ]]></send>`,
          '  <recv response="401" auth="true" />',
          message(
            'ACK sip:agent@[remote_ip]:[remote_port] SIP/2.0\n      [last_Via:]\n      [last_From:]\n' +
              '      [last_To:]\n      [last_Call-ID:]\n      CSeq: 1 ACK\n      Max-Forwards: 70\n' +
              '      Content-Length: 0\n',
          ),
          '  <send retrans="500"><![CDATA[\n      INVITE sip:agent@[remote_ip]:[remote_port] SIP/2.0\n' +
            '      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n' +
            '      From: <sip:alice@[local_ip]>;tag=[call_number]\n      To: <sip:agent@[remote_ip]>\n' +
            '      Call-ID: [call_id]\n      CSeq: 2 INVITE\n      Contact: <sip:alice@[local_ip]:[local_port]>\n' +
            `      [authentication username=alice password=${password}]\n      Max-Forwards: 70\n` +
            `      ${sdpBody}\n\n  ]]></send>`,
          expected,
        ].join('\n'),
      )
    const ack = (branch: string) =>
      message(
        `ACK sip:agent@[remote_ip]:[remote_port] SIP/2.0\n      ${branch}\n      [last_From:]\n` +
          '      [last_To:]\n      [last_Call-ID:]\n      CSeq: 2 ACK\n      Max-Forwards: 70\n' +
          '      Content-Length: 0\n',
      )
    const target = `127.0.0.1:${agent.port}`
    const right = await keep(
      startSipp(
        {
          text: caller(
            'geheim',
            [
              '  <recv response="200" />',
              ack('Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]'),
              '  <recv request="BYE" timeout="5000" ontimeout="end" />',
              '  <label id="end" />',
            ].join('\n'),
          ),
        },
        [target],
      ),
    )
    await right.done()
    const wrong = await keep(
      startSipp({ text: caller('falsch', ['  <recv response="403" />', ack('[last_Via:]')].join('\n')) }, [target]),
    )
    expect(await wrong.done()).toBe(0)
    await agent.stop('SIGINT')
    const outcomes = agentReports(agent).map(({ outcome, refusedBy }) => `${outcome} ${refusedBy}`)
    expect(outcomes).toContain('refused credentials')
    expect(outcomes.some((outcome) => outcome.startsWith('answered'))).toBe(true)
    expect(agent.stdout).not.toContain('geheim')
  })

  it.each([
    ['reject:486', '486'],
    ['reject:503', '503'],
    ['reject:404', '404'],
  ])('refuses with %s', async (answer, code) => {
    const agent = await keep(startAgent(['--answer', answer, '--calls', '1']))
    const { report } = await callReport(['call', `sip:x@127.0.0.1:${agent.port}`])
    expect(report.status?.code).toBe(Number(code))
    expect((await agent.finished).code).toBe(0)
  })

  it('refuses a source that is in none of the allowed blocks', async () => {
    const agent = await keep(startAgent(['--allow', '192.0.2.0/24', '--calls', '1']))
    const { report } = await callReport(['call', `sip:x@127.0.0.1:${agent.port}`])
    expect(report).toMatchObject({ refusedBy: 'acl', status: { code: 403 } })
  })
})
