import { describe, expect, it } from 'vitest'
import { faultsOfSent } from '../../../shared/wire/sip/check-sent.ts'
import { parse, request, sdp } from '../../harness/messages.ts'

const response = (status: number, extra = '', method = 'INVITE', tag = ';tag=b') =>
  `SIP/2.0 ${status} Reason\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\nFrom: <sip:a@192.0.2.1>;tag=a\n` +
  `To: <sip:b@192.0.2.9>${tag}\nCall-ID: c\nCSeq: 1 ${method}\n${extra}Content-Length: 0\n\n`
const contact = 'Contact: <sip:b@192.0.2.9>\n'

describe('what this side must not send, though others overlook it', () => {
  it.each([
    ['Contact repeats transport', request({ extra: '' }).replace('192.0.2.99:5060>', 'h;transport=tcp;transport=tcp>')],
    ['From repeats tag', request().replace('tag=peer', 'tag=peer;tag=peer')],
    ['Max-Forwards is missing', request().replace('Max-Forwards: 70\r\n', '')],
    ['INVITE has not one Contact', request({ extra: 'Contact: <sip:other@h>\n' })],
    ['INVITE has not one Contact', request().replace(/Contact: .*\r\n/, '')],
    ['BYE has no To tag', request({ method: 'BYE' })],
    ['PRACK has no RAck', request({ method: 'PRACK', toTag: 'b' })],
    ['the branch of Via is no cookie', request({ branch: 'abc' })],
    ['From has no tag', request().replace(';tag=peer', '')],
    ['Content-Type and body do not go together', request({ extra: 'Content-Type: application/sdp\n' })],
    ['content-type is given more than once', request({ body: sdp(), extra: 'Content-Type: application/sdp\n' })],
    ['the URI of REGISTER has a user part', request({ method: 'REGISTER' })],
    ['CANCEL has Require', request({ method: 'CANCEL', extra: 'Require: 100rel\n' })],
    ['Session-Expires stands without timer', request({ extra: 'Session-Expires: 90\n' })],
    ['the Contact of a sips request is none', request({ uri: 'sips:agent@192.0.2.1' })],
    ['180 has no To tag', response(180, '', 'INVITE', '')],
    ['200 has not one Contact', response(200)],
    ['RSeq stands without Require: 100rel', response(180, `${contact}RSeq: 1\n`)],
    ['reliable 183 has not one Contact', response(183, 'Require: 100rel\nRSeq: 1\n')],
    ['401 has no WWW-Authenticate', response(401)],
    ['405 has no Allow', response(405)],
    ['420 has no Unsupported', response(420)],
    ['422 has no Min-SE', response(422)],
    ['415 does not say what is taken', response(415)],
    ['Session-Expires names no refresher', response(200, `${contact}Session-Expires: 90\n`)],
    ['the refresher is uac, and timer is not required', response(200, `${contact}Session-Expires: 90;refresher=uac\n`)],
    ['Warning is not a code, an agent and a quoted text', response(488, 'Warning: no codec\n')],
  ])('%s', (fault, text) => expect(faultsOfSent(parse(text))).toEqual([fault]))

  it.each([
    request({ body: sdp() }),
    request({ method: 'BYE', toTag: 'b' }).replace('From: <sip:peer@', 'From: "a;b;b" <sip:peer@'),
    response(100, '', 'INVITE', ''),
    response(200, `${contact}Session-Expires: 90;refresher=uas\n`),
    response(200, '', 'BYE'),
  ])('has nothing to say of what is right (%#)', (text) => expect(faultsOfSent(parse(text))).toEqual([]))
})
