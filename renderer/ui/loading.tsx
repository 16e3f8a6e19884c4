import { useEffect, useState } from 'react'

/** What comes sooner draws nothing before. */
const momentMs = 300

/** Says what is awaited, once that takes longer than a moment. */
export function Loading({ what }: { what: string }) {
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), momentMs)
    return () => clearTimeout(timer)
  }, [])
  return (
    <p role="status" className="loading muted">
      {late && `Loading ${what} …`}
    </p>
  )
}
