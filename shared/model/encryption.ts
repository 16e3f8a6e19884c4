/** Whether media is encrypted: never, where the peer can, or always. */
export const encryptions = ['disabled', 'allowed', 'required'] as const
export type Encryption = (typeof encryptions)[number]
