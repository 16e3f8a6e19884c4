import { useEffect, useState, type RefObject } from 'react'

/** The width of an element in px, followed as it changes; 0 before it is there. */
export function useWidth(box: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const element = box.current
    if (!element) return
    const resized = new ResizeObserver(() => setWidth(element.clientWidth))
    resized.observe(element)
    setWidth(element.clientWidth)
    return () => resized.disconnect()
  }, [box])
  return width
}
