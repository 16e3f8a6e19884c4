/** Who, or what, refused a call. */
export const refusedByNames = [
  'acl',
  'credentials',
  'number',
  'routing',
  'media',
  'capacity',
  'callee',
  'transport',
  'tls',
  'provider',
] as const
export type RefusedBy = (typeof refusedByNames)[number]
