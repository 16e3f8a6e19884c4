import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where settings and history live: the folder that was chosen, that of the environment, or the platform's usual one. */
export function profileFolder(chosen: string | undefined): string {
  const folder = chosen ?? process.env['RINGBACK_PROFILE']
  if (folder) return folder
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Ringback')
  if (process.platform === 'win32') return join(process.env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'Ringback')
  return join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'ringback')
}
