/** Values of the Reason header (RFC 3326) of our CANCEL and BYE. */
export const cancelReason = {
  user: 'SIP;cause=487;text="Cancelled by the caller"',
  timeout: 'SIP;cause=408;text="Ring timeout"',
} as const
