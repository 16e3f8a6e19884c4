import { useRef, useState } from 'react'
import type { StoredTrunk } from '../../../shared/contract/commands.ts'
import { useActions } from '../../state/actions.ts'
import { execute } from '../../state/engine.ts'
import { Act, Button, Fault, Foreign, saveFile } from '../../ui/controls.tsx'
import { FileInput } from '../../ui/file-input.tsx'

/** Loaded when it is needed: with it come the schemas of all commands. */
const files = () => import('../../../shared/contract/trunk-file.ts')

/** Trunks as a file, to bring to another machine. Passwords stay here. */
export function Exchange({ trunks }: { trunks: readonly StoredTrunk[] }) {
  const input = useRef<HTMLInputElement>(null)
  const [said, setSaid] = useState<{ fault: boolean; text: string } | null>(null)
  const save = async () => {
    const { trunkFile } = await files()
    saveFile(
      'ringback-trunks.json',
      'application/json',
      btoa(String.fromCharCode(...new TextEncoder().encode(trunkFile(trunks)))),
    )
  }
  const load = async (file: File | undefined) => {
    if (!file) return
    setSaid(null)
    const { readTrunkFile } = await files()
    const { trunks: found, asked, problems } = readTrunkFile(await file.text(), trunks)
    const failed = [...problems]
    let count = 0
    for (const trunk of found) {
      try {
        await execute('trunk.save', { trunk, replace: trunks.some(({ name }) => name === trunk.name) })
        count++
      } catch (error) {
        failed.push(`${trunk.name}: ${(error as Error).message}`)
      }
    }
    const toSet = asked.length > 0 ? `; to be set here: ${asked.join(', ')}` : ''
    setSaid({
      fault: failed.length > 0,
      text: [`${count} imported${toSet}`, ...failed.map((why) => `not imported: ${why}`)].join('. '),
    })
  }
  useActions([
    { id: 'trunk.import', group: 'Trunk', name: 'Import trunks', run: () => input.current?.click() },
    ...(trunks.length > 0
      ? [{ id: 'trunk.export', group: 'Trunk', name: 'Export the trunks without passwords', run: save }]
      : []),
  ])
  return (
    <div className="actions trunks-exchange">
      <Button onClick={() => input.current?.click()}>Import …</Button>
      {trunks.length > 0 && <Act run={save}>Export without passwords</Act>}
      <FileInput
        ref={input}
        label="Trunks to import"
        accept=".json,application/json"
        onChosen={([file]) => load(file)}
      />
      {said &&
        (said.fault ? (
          <Fault text={said.text} />
        ) : (
          <p className="hint" role="status">
            <Foreign text={said.text} />
          </p>
        ))}
    </div>
  )
}
