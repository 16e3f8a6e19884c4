/** How much of something strangers may use before they are refused. */
export interface Budget {
  /** What is counted, for a list of limits. */
  readonly title: string
  readonly unit: 'calls' | 'requests' | 'connections' | 'seconds' | 'messages' | 'bytes' | 'sources' | 'reports'
  /** The limit unless settings say otherwise. */
  readonly initial: number
  /** The largest limit that can be set. */
  readonly most: number
  /** What is said when the limit is reached. */
  readonly reached: string
}

/** Every budget of the engine: shown in settings and by the command line, enforced where the thing is begun. */
export const budgets = {
  callsAtOnce: {
    title: 'Calls at once',
    unit: 'calls',
    initial: 2000,
    most: 20_000,
    reached: 'as many calls as allowed are under way: further ones are refused with 503',
  },
  callsPerSource: {
    title: 'Calls at once from one source',
    unit: 'calls',
    initial: 1000,
    most: 20_000,
    reached: 'one source has as many calls under way as allowed: its further ones are refused with 503',
  },
  invitesPerCallId: {
    title: 'INVITEs of one Call-ID in half a minute',
    unit: 'requests',
    initial: 20,
    most: 10_000,
    reached: 'one Call-ID has sent as many INVITEs as allowed: further ones are refused with 482',
  },
  unacknowledgedCalls: {
    title: 'Answered calls without ACK',
    unit: 'calls',
    initial: 400,
    most: 20_000,
    reached: 'as many answered calls as allowed wait for their ACK: further INVITEs are refused with 503',
  },
  unacknowledgedPerSource: {
    title: 'Answered calls without ACK from one source',
    unit: 'calls',
    initial: 100,
    most: 20_000,
    reached: 'one source has as many answered calls without ACK as allowed: its further INVITEs are refused with 503',
  },
  waitingInvites: {
    title: 'INVITEs that wait for their turn',
    unit: 'requests',
    initial: 100,
    most: 10_000,
    reached:
      'as many INVITEs as allowed, of addresses that have not shown yet that they get our messages, wait for their ' +
      'turn: further ones are refused with 503',
  },
  referredCalls: {
    title: 'Calls placed at once because one source asks for them (REFER)',
    unit: 'calls',
    initial: 20,
    most: 20_000,
    reached: 'one source has had as many calls placed by REFER as allowed: its further REFERs are refused with 503',
  },
  transactions: {
    title: 'Requests at once',
    unit: 'requests',
    initial: 10_000,
    most: 100_000,
    reached: 'as many requests as allowed are being followed: further ones are answered once and forgotten',
  },
  connections: {
    title: 'Connections at once',
    unit: 'connections',
    initial: 1000,
    most: 20_000,
    reached: 'as many connections as allowed are open: further ones are closed at once',
  },
  connectionsPerSource: {
    title: 'Connections at once from one source',
    unit: 'connections',
    initial: 250,
    most: 20_000,
    reached: 'one source has as many connections open as allowed: its further ones are closed at once',
  },
  handshakes: {
    title: 'Handshakes (TLS, WebSocket) at once',
    unit: 'connections',
    initial: 100,
    most: 5000,
    reached: 'as many handshakes (TLS, WebSocket) as allowed are under way: further connections are closed at once',
  },
  headerSeconds: {
    title: 'Seconds for a message to arrive whole, or for a handshake',
    unit: 'seconds',
    initial: 20,
    most: 3600,
    reached: 'a peer took longer than allowed to send a whole message: its connection was closed',
  },
  idleSeconds: {
    title: 'Seconds that a connection may be idle without a call',
    unit: 'seconds',
    initial: 600,
    most: 86_400,
    reached: 'a connection without a call was idle for longer than allowed: it was closed',
  },
  messagesPerCall: {
    title: 'Messages kept of one call',
    unit: 'messages',
    initial: 10_000,
    most: 100_000,
    reached: 'a call has more messages than are kept: the later ones are counted only',
  },
  bytesPerCall: {
    title: 'Bytes of messages kept of one call',
    unit: 'bytes',
    initial: 8 * 1024 * 1024,
    most: 256 * 1024 * 1024,
    reached: 'the messages of a call are larger than what is kept: the later ones are counted only',
  },
  foreignSources: {
    title: 'Foreign RTP sources followed in one call',
    unit: 'sources',
    initial: 16,
    most: 200,
    reached: 'a call gets RTP from more foreign sources than are followed: further ones are counted only',
  },
  refusalsPerMinute: {
    title: 'Refused calls reported in a minute',
    unit: 'reports',
    initial: 60,
    most: 10_000,
    reached: 'more calls are refused than reports are kept of: the others are counted only',
  },
} as const satisfies Readonly<Record<string, Budget>>

export type BudgetName = keyof typeof budgets
export const budgetNames = Object.keys(budgets) as readonly BudgetName[]
export type BudgetLimits = Readonly<Record<BudgetName, number>>

export const initialLimits = Object.fromEntries(
  budgetNames.map((name) => [name, budgets[name].initial]),
) as BudgetLimits
