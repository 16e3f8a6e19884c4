import { isLoopback } from '../../base/address.ts'

/** Why a webhook cannot be asked at that URL, as a clause; null where it can. In clear only on this computer. */
export function webhookUrlFault(text: string): string | null {
  if (!URL.canParse(text)) return 'is no URL: write https://host/path'
  const { protocol, hostname, username, password } = new URL(text)
  if (protocol !== 'https:' && protocol !== 'http:') return 'is no URL of HTTP: write https://host/path'
  if (username !== '' || password !== '')
    return 'has credentials in the URL, which is shown: send them as a secret header'
  if (protocol === 'http:' && !isLoopback(hostname))
    return 'goes over http to another computer: only https does, http is for 127.0.0.1, [::1] and localhost'
  return null
}
