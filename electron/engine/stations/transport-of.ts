import type { Trunk } from '../../../shared/contract/commands.ts'
import type { TlsIdentity } from '../base/net.ts'
import type { StationOptions } from './station.ts'

/** What is asked for beside a stored trunk; what is left out is as the trunk has it. */
interface Asked {
  readonly tlsCa?: string | undefined
  readonly tlsInsecure?: boolean | undefined
  readonly tlsIdentity?: TlsIdentity | undefined
  readonly contactRewrite?: boolean | undefined
  readonly webSocketResource?: string | undefined
}

/** The transport settings of a call, a registration or a check; `stored`: our certificate for the trunk. */
export function transportOf(
  localAddress: string | null,
  asked: Asked,
  trunk: Trunk | null,
  stored: TlsIdentity | null,
): StationOptions {
  return {
    localAddress,
    tlsCa: asked.tlsCa ?? trunk?.tlsCa ?? null,
    tlsInsecure: asked.tlsInsecure || (trunk?.tlsInsecure ?? false),
    tlsIdentity: asked.tlsIdentity ?? stored,
    contactRewrite: asked.contactRewrite || (trunk?.contactRewrite ?? false),
    webSocketResource: asked.webSocketResource ?? trunk?.webSocketResource,
    nameServers: trunk?.nameServers ?? null,
  }
}
