import { visible } from '../../../shared/base/text.ts'

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text from the wire made harmless: no markup, and what would hide or reorder what follows is shown as text. */
export const safe = (text: string): string => visible(text).replace(/[&<>"']/g, (c) => escapes[c]!)

/** The same for text of several lines. */
export const safeLines = (text: string): string => text.split(/\r?\n/).map(safe).join('\n')

/** Of words and lines, on a light page and on a dark one. */
const inks = {
  'ink': 'light-dark(#1a1d21, #e6e8eb)',
  'muted': 'light-dark(#555c66, #a3abb6)',
  'line': 'light-dark(#d4d8de, #3a404a)',
  'to-peer': 'light-dark(#0a5bb5, #6cb2ff)',
  'from-peer': 'light-dark(#9a4600, #f0a35e)',
  'fault': 'light-dark(#b3211a, #ff8a80)',
  'warning': 'light-dark(#7a5200, #e8b64c)',
  'ok': 'light-dark(#1a6b33, #6fcf8a)',
}

export const style = `
:root { color-scheme: light dark; font: 13px/1.5 system-ui, sans-serif; }
body { margin: 24px auto; max-width: 1240px; padding: 0 24px; color: ${inks.ink}; }
h1 { font-size: 18px; margin-bottom: 4px; overflow-wrap: anywhere; } h2 { font-size: 15px; margin: 24px 0 6px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 3px 12px 3px 0; border-bottom: 1px solid ${inks.line}; }
td, pre, code, dd, .ladder text {
  font-family: ui-monospace, monospace; font-variant-numeric: tabular-nums; font-size: 12px; overflow-wrap: anywhere;
}
pre { white-space: pre-wrap; margin: 4px 0 12px; }
a { color: inherit; }
.verdict, .finding { padding: 8px 12px; border-left: 4px solid ${inks.muted}; overflow-wrap: anywhere; }
.verdict { font-size: 15px; } .finding { margin: 8px 0; }
.fault { border-color: ${inks.fault}; } .fault > strong { color: ${inks.fault}; }
.warning { border-color: ${inks.warning}; } .warning > strong { color: ${inks.warning}; }
.ok { border-color: ${inks.ok}; }
.quiet { color: ${inks.muted}; }
.times { display: flex; flex-wrap: wrap; gap: 0 24px; }
.figures { width: auto; } .figures th { font-weight: 400; } .figures tr:first-child th { font-weight: 600; }
.figures th:first-child { color: ${inks.muted}; white-space: nowrap; } .figures td { min-width: 30ch; }
.figures tr > * { border-bottom: 0; padding-right: 24px; } .figures .first > * { border-top: 1px solid ${inks.line}; }
.figures td.fault, .figures td.warning { font-weight: 600; } .figures .quiet { max-width: 60ch; font-weight: 400; }
.figures td.fault { color: ${inks.fault}; } .figures td.warning { color: ${inks.warning}; }
.figures td.unknown { color: ${inks.muted}; }
.to-peer { color: ${inks['to-peer']}; } .from-peer { color: ${inks['from-peer']}; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 12px; margin: 0; }
dt { color: ${inks.muted}; } dd { margin: 0; }
.wide { overflow-x: auto; } .ladder { display: block; } .ladder a:hover text { text-decoration: underline; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: 12px; margin-top: 12px; }
.charts figure { margin: 0; } .chart { width: 100%; font-size: 9px; }
@media print { .wide { overflow: visible; } .ladder { max-width: 100%; height: auto; } }
${Object.entries(inks)
  .map(([ink, colour]) => `.stroke-${ink} { stroke: ${colour}; } .fill-${ink} { fill: ${colour}; }`)
  .join('\n')}
`
