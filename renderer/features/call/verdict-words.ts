/** `Two-way audio: 300 packets …` after the label `two-way audio` is `300 packets …`. */
export function withoutLabel(sentence: string, label: string): string {
  const colon = sentence.indexOf(': ')
  if (colon < 0 || sentence.slice(0, colon).toLowerCase() !== label.toLowerCase()) return sentence
  const rest = sentence.slice(colon + 2)
  return rest.charAt(0).toUpperCase() + rest.slice(1)
}
