import { printable } from '../../../base/text.ts'
import { parseUri, schemeOf } from '../../../wire/sip/grammar.ts'
import type { ControlAction, ControlApi, ControlFault, ControlRequest } from '../control.ts'

/** What its clients have for the base URL, behind host and port. */
const base = '/v1'
const pathPattern = /^\/v1\/realtime\/calls\/([A-Za-z0-9_-]{1,100})\/(accept|reject|refer|hangup)$/
/** RFC 3966, as far as a number goes. */
const telPattern = /^tel:\+?[0-9*#().-]{1,60}(?:;[A-Za-z0-9=.+-]{1,60})?$/
const usualReject = 603

/** `/v1/realtime/calls/{call_id}/accept`, `reject`, `refer` and `hangup`. */
export function realtimeApi(port: number, key: string): ControlApi {
  return {
    port,
    base,
    key,
    wrongKey: {
      status: 401,
      message: 'The key in Authorization is missing or is not the one of this agent: send Bearer and the key.',
      code: 'invalid_api_key',
    },
    read,
    faultBody: ({ status, message, code, param = null as string | null }) => ({
      error: { message, type: status >= 500 ? 'server_error' : 'invalid_request_error', param, code },
    }),
  }
}

function read({ method, path, body }: ControlRequest): ReturnType<ControlApi['read']> {
  const [, call, verb] = pathPattern.exec(path) ?? []
  if (call === undefined)
    return {
      call: null,
      asked: invalid(
        404,
        `There is no ${printable(path)} here: ${base}/realtime/calls/{call_id}/accept, reject, refer ` +
          'and hangup are.',
        'unknown_url',
      ),
    }
  if (method !== 'POST')
    return { call, asked: invalid(405, `${printable(method)} is not taken there: send POST.`, 'method_not_allowed') }
  const fields = fieldsOf(body)
  return { call, asked: 'code' in fields ? (fields as ControlFault) : actions[verb as Verb](fields.fields) }
}

type Verb = 'accept' | 'reject' | 'refer' | 'hangup'
type Fields = Readonly<Record<string, unknown>>

const actions: Readonly<Record<Verb, (fields: Fields) => ControlAction | ControlFault>> = {
  accept: accepting,
  reject: rejecting,
  refer: referring,
  hangup: () => ({ kind: 'hangup' }),
}

function accepting(fields: Fields): ControlAction | ControlFault {
  const { type } = fields
  if (type === undefined)
    return invalid(400, "Missing required parameter: 'type'.", 'missing_required_parameter', 'type')
  if (type !== 'realtime')
    return invalid(400, `Invalid value for 'type': it must be "realtime".`, 'invalid_value', 'type')
  const wrong = kinds.find(([name, kind]) => fields[name] !== undefined && kindOf(fields[name]) !== kind)
  if (wrong)
    return invalid(
      400,
      `Invalid type for '${wrong[0]}': ${kindOf(fields[wrong[0]])} came instead of ${wrong[1]}.`,
      'invalid_type',
      wrong[0],
    )
  return { kind: 'accept' }
}

/** Of a session, where nothing else may stand. */
const kinds: readonly (readonly [name: string, kind: Kind])[] = [
  ['model', 'string'],
  ['instructions', 'string'],
  ['audio', 'object'],
  ['tools', 'array'],
]
type Kind = 'string' | 'object' | 'array'
const kindOf = (value: unknown): string => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value)

function rejecting({ status_code: status = usualReject }: Fields): ControlAction | ControlFault {
  if (typeof status === 'number' && Number.isInteger(status) && status >= 300 && status <= 699)
    return { kind: 'reject', status }
  return invalid(
    400,
    "Invalid value for 'status_code': it is a status of SIP from 300 to 699.",
    'invalid_value',
    'status_code',
  )
}

function referring({ target_uri: target }: Fields): ControlAction | ControlFault {
  if (target === undefined)
    return invalid(400, "Missing required parameter: 'target_uri'.", 'missing_required_parameter', 'target_uri')
  if (typeof target === 'string' && target.length <= 2000 && isTarget(target)) return { kind: 'refer', target }
  return invalid(
    400,
    "Invalid value for 'target_uri': it is a URI like tel:+14155550123 or sip:agent@example.com.",
    'invalid_value',
    'target_uri',
  )
}

// eslint-disable-next-line no-control-regex
const unsafe = /[\u0000-\u0020<>"\u007f]/
const isTarget = (uri: string): boolean =>
  !unsafe.test(uri) && (schemeOf(uri) === 'tel' ? telPattern.test(uri) : parseUri(uri) !== null)

/** An empty body has no fields. */
function fieldsOf(body: string): ControlFault | { readonly fields: Fields } {
  if (body.trim() === '') return { fields: {} }
  try {
    const fields: unknown = JSON.parse(body)
    if (kindOf(fields) === 'object') return { fields: fields as Fields }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return invalid(400, 'The body is no JSON object.', 'invalid_json')
}

const invalid = (status: number, message: string, code: string, param?: string): ControlFault => ({
  status,
  message,
  code,
  ...(param !== undefined && { param }),
})
