/** What people write between the digits of a number, and what copying one from a page brings along unseen. */
const separator = /[\s().\-/·‐-―−\p{Cf}]/u
/** Digits that are written in other scripts: ASCII in full width, Arabic-Indic in both forms. */
const otherDigit = /[\uff10-\uff19\u0660-\u0669\u06f0-\u06f9]/
/** Longer than any number plan, with room for feature codes; what is longer is no number. */
const longest = 64

/** A number as it is dialled: digits, `*` and `#`, a plus in front where one was written; null when a text is none. */
export function readNumber(text: string): string | null {
  let number = ''
  for (const char of text) {
    if (separator.test(char)) continue
    if (otherDigit.test(char)) number += String(char.charCodeAt(0) & 0xf)
    else if (/[0-9*#]/.test(char)) number += char
    else if ((char === '+' || char === '＋') && number === '') number = '+'
    else return null
    if (number.length > longest) return null
  }
  return /[0-9*#]/.test(number) ? number : null
}

/** `+44 (0)20 …`: the zero is dialled at home only (E.123); the number without it, null where there is none. */
export function withoutHomeZero(text: string): string | null {
  const at = text.indexOf('(0)')
  return at > 0 && /[+＋]/.test(text.slice(0, at)) ? readNumber(`${text.slice(0, at)} ${text.slice(at + 3)}`) : null
}

/** `+1 999 123,,42#`: a number with digits to be sent after a pause; the number alone, null where there is no pause. */
export function beforePause(text: string): string | null {
  const at = text.search(/[,;pwx]/i)
  return at > 0 && /^[\d*#,;pwx\s.]+$/i.test(text.slice(at)) ? readNumber(text.slice(0, at)) : null
}

/**
 * A number in its other form: without the plus that it has, or with one in place of none or of `00`; null for one that
 * is dialled at home only (`030 …`), and for what is no number.
 */
export function otherNumber(number: string): string | null {
  if (/^\+[1-9]\d{4,}$/.test(number)) return number.slice(1)
  if (/^00[1-9]\d{4,}$/.test(number)) return `+${number.slice(2)}`
  return /^[1-9]\d{4,}$/.test(number) ? `+${number}` : null
}
