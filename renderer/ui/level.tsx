import './level.css'

/** Below this nothing is heard. */
const leastDbfs = -60

/** How loud something is now: a bar, and in dBFS. */
export function Level({ dbfs, label }: { dbfs: number; label: string }) {
  return (
    <span className="level numbers">
      <meter aria-label={label} min={leastDbfs} max={0} low={-45} high={-3} optimum={-20} value={dbfs} />{' '}
      {dbfs > leastDbfs ? `${dbfs} dBFS` : 'silent'}
    </span>
  )
}
