/** Options of settings that several screens have, in the platforms' own words. */
export const transports = [
  ['udp', 'UDP'],
  ['tcp', 'TCP'],
  ['tls', 'TLS'],
] as const
export const encryptions = [
  ['disabled', 'Disabled'],
  ['allowed', 'Allowed'],
  ['required', 'Required'],
] as const
