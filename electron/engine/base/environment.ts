import { homedir } from 'node:os'
import { join } from 'node:path'
import { visible } from '../../../shared/base/text.ts'
import { Logs } from './log.ts'

/**
 * Where settings and history live: the folder that was chosen, that of the environment, or the platform's usual one.
 */
export function profileFolder(chosen: string | undefined): string {
  const folder = chosen ?? process.env['RINGBACK_PROFILE']
  if (folder) return folder
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Ringback')
  if (process.platform === 'win32')
    return join(process.env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'Ringback')
  return join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'ringback')
}

/** The namespaces to log: those of DEBUG, and all of ours when asked for more words. */
export function debugNamespaces(verbose: boolean): string {
  return [process.env['DEBUG'] ?? '', verbose ? 'ringback:*' : ''].join(',')
}

/**
 * What every host of an engine takes from its environment: logs to standard error, name servers instead of the system's
 * (RINGBACK_DNS).
 */
export function fromEnvironment(debug: string): { readonly logs: Logs; readonly dnsServers?: readonly string[] } {
  const dnsServers = process.env['RINGBACK_DNS']?.split(',').filter(Boolean)
  return {
    logs: new Logs(
      (namespace, line) => void process.stderr.write(`${namespace} ${line.split('\n').map(visible).join('\n  ')}\n`),
      debug,
    ),
    ...(dnsServers ? { dnsServers } : {}),
  }
}
