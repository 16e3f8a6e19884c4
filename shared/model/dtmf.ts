/** How digits travel: telephone events (RFC 4733), INFO (application/dtmf-relay), or tones in the audio. */
export const dtmfModes = ['rfc4733', 'info', 'inband'] as const
export type DtmfMode = (typeof dtmfModes)[number]
