/** Calls `changed` whenever the colours of the page become others; the function that it gives back ends that. */
export function onTheme(changed: () => void): () => void {
  const themed = new MutationObserver(changed)
  themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  const scheme = matchMedia('(prefers-color-scheme: dark)')
  scheme.addEventListener('change', changed)
  return () => {
    themed.disconnect()
    scheme.removeEventListener('change', changed)
  }
}
