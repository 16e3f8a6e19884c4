/** What strangers, and windows too, may use of this server. */
export interface ShellLimits {
  readonly headersMs: number
  readonly requestMs: number
  readonly idleMs: number
  readonly connections: number
  readonly headerBytes: number
  readonly headers: number
  readonly windows: number
  /** For a page to prove that it is one of ours. */
  readonly proofMs: number
  /** Of one message; files go in pieces well below this. */
  readonly messageBytes: number
  /** Before a page has proved itself. */
  readonly firstMessageBytes: number
  /** What a window has not taken in yet; one that is further behind is closed and starts again. */
  readonly behindBytes: number
}

const mib = 1024 * 1024
export const shellLimits: ShellLimits = {
  headersMs: 10_000,
  requestMs: 20_000,
  idleMs: 5000,
  connections: 64,
  headerBytes: 16 * 1024,
  headers: 100,
  windows: 16,
  proofMs: 10_000,
  messageBytes: 8 * mib,
  firstMessageBytes: 1024,
  behindBytes: 64 * mib,
}
