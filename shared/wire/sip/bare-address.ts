import { isIp } from '../../base/address.ts'

/** The ports that are meant where the end of an address could be one. */
const usualPorts = new Set(['5060', '5061'])

/**
 * A Via whose IPv6 address has no brackets (RFC 3261 25.1 demands them) with them; any other as it is. Where the end
 * may be a group of the address or a port, it is a port if it is one of SIP's.
 */
export function bracketed(via: string): string {
  const [, before = '', host = '', after = ''] =
    /^(SIP[ \t]*\/[^/]{0,20}\/[ \t]*\w{1,20}[ \t]+)([0-9a-f]{0,4}:[0-9a-f:.]+)(.*)$/is.exec(via) ?? []
  const colon = host.lastIndexOf(':')
  const [address, port] = [host.slice(0, colon), host.slice(colon + 1)]
  if (isIp(address) && /^\d{2,5}$/.test(port) && (usualPorts.has(port) || !isIp(host)))
    return `${before}[${address}]:${port}${after}`
  return isIp(host) ? `${before}[${host}]${after}` : via
}
