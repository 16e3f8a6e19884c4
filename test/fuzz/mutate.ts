import type { Dice } from './dice.ts'

export const mostBytes = 64 * 1024

/** Numbers at borders, and what looks like one. */
const borders = [
  '0',
  '-1',
  '1',
  '00',
  '007',
  '99',
  '100',
  '127',
  '128',
  '199',
  '255',
  '256',
  '699',
  '700',
  '999',
  '1000',
  '65535',
  '65536',
  '2147483647',
  '2147483648',
  '4294967295',
  '4294967296',
  '9007199254740993',
  '999999999999999999999999',
  '1e309',
  '0x10',
  '1.5',
  '-0',
  'NaN',
  'Infinity',
  '٣',
  '',
]
/** Names and texts that mean something to somebody else. */
const hostileTexts = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'length',
  'null',
  'undefined',
  'true',
  '[object Object]',
  '1',
  '101',
  '%00',
  '%0d%0a',
  '%s%n',
  '\\',
  '"',
  '\\"',
  "'",
  '<',
  '>',
  '<>',
  '><',
  '<script>alert(1)</script>',
  '<img src=x onerror=1>',
  '&lt;',
  '=cmd|1',
  '../../etc/passwd',
  '\u0000',
  '\u0007',
  '\u001b[2J',
  '\u001b]0;x\u0007',
  '\r',
  '\n',
  '\r\n',
  '\r\n\r\n',
  '\t',
  ' ',
  '\u0085',
  '\u00a0',
  '\u200b',
  '\u202e',
  '\u2066',
  '\ufeff',
  '\ud800',
  '\u{1f4de}',
  'é',
  ';',
  ';;',
  ',',
  ',,',
  ':',
  '::',
  '@',
  '@@',
  '?',
  '=',
  '==',
  '/',
  '//',
  '//[',
  '[',
  ']',
  '[::1',
  '*',
  '+',
  '-',
  '.',
  '..',
  'sip:',
  'sips:',
  'tel:',
  'sip:@',
  'inline:',
  'SIP/2.0',
]
/** What expressions repeat. */
const repeated = [
  ' ',
  '\t',
  '\r',
  '\n',
  '\r\n',
  '\r\n ',
  ',',
  ';',
  ';a',
  ':',
  'sip:',
  '"',
  '\\',
  '<',
  '>',
  '=',
  '/',
  '@',
  'a',
  '0',
  '9',
  '%',
  '[',
  '(',
  '+',
  'inline:',
  'a=crypto:',
  'a=x\r\n',
  'X: y\r\n',
  '\u0000',
  'é',
]

export const borderNumber = (dice: Dice): string => dice.pick(borders)
/** Text as bytes in a string: one character a byte, so that it stays what it is. */
export const bytesOf = (text: string): string => Buffer.from(text).toString('latin1')

/** A short text that a careless reader trips over. */
export function hostileText(dice: Dice): string {
  switch (dice.below(8)) {
    case 0:
      return borderNumber(dice)
    case 1:
      return dice.bytes(dice.between(1, 8)).toString('latin1')
    case 2:
      return bytesOf(dice.pick(repeated)).repeat(dice.between(2, 60))
    case 3:
      return `"${bytesOf(dice.pick(hostileTexts))}"`
    default:
      return bytesOf(dice.pick(hostileTexts))
  }
}

/** A long run of one thing: what makes a quadratic reader slow. */
export function longRun(dice: Dice, most = mostBytes): string {
  const unit = bytesOf(dice.pick(repeated))
  return unit.repeat(Math.max(1, Math.floor(dice.between(most >> 3, most) / unit.length)))
}

type Change = (dice: Dice, bytes: Buffer, other: Buffer) => Buffer

const changes: readonly Change[] = [
  (dice, bytes) =>
    put(bytes, dice.below(bytes.length), Buffer.of(bytes[dice.below(bytes.length)]! ^ (1 << dice.below(8))), 1),
  (dice, bytes) =>
    put(
      bytes,
      dice.below(bytes.length),
      Buffer.of(dice.pick([0, 1, 9, 10, 13, 32, 34, 44, 59, 60, 62, 64, 92, 127, 128, 255])),
      1,
    ),
  (dice, bytes) => put(bytes, dice.below(bytes.length + 1), dice.bytes(dice.between(1, 16)), 0),
  (dice, bytes) => put(bytes, dice.below(bytes.length + 1), Buffer.from(hostileText(dice), 'latin1'), 0),
  (dice, bytes) => put(bytes, dice.below(bytes.length), Buffer.alloc(0), dice.between(1, 1 + (bytes.length >> 2))),
  (dice, bytes) => {
    const [at, size] = [dice.below(bytes.length), dice.between(1, 1 + (bytes.length >> 2))]
    return put(bytes, dice.below(bytes.length + 1), bytes.subarray(at, at + size), 0)
  },
  (dice, bytes, other) =>
    Buffer.concat([bytes.subarray(0, dice.below(bytes.length + 1)), other.subarray(dice.below(other.length + 1))]),
  (dice, bytes) => bytes.subarray(0, dice.below(bytes.length + 1)),
  (dice, bytes) => {
    const [at, size] = [dice.below(bytes.length), dice.between(1, 40)]
    const unit = bytes.subarray(at, at + size)
    const times = dice.chance(0.1) ? Math.floor(mostBytes / Math.max(1, unit.length)) : dice.between(2, 50)
    return put(bytes, at, Buffer.concat(Array.from({ length: times }, () => unit)), 0)
  },
  (dice, bytes) =>
    dice.chance(0.15) ? put(bytes, dice.below(bytes.length + 1), Buffer.from(longRun(dice), 'latin1'), 0) : bytes,
  numberToBorder,
  linesSwapped,
  lineRepeated,
]

/** Between one and five changes; `other` is what is spliced in. Never more than 64 KB. */
export function mutate(dice: Dice, bytes: Buffer, other: Buffer): Buffer {
  let changed = bytes
  for (let i = dice.between(1, 5); i > 0; i--)
    changed = changed.length === 0 ? other : dice.pick(changes)(dice, changed, other).subarray(0, mostBytes)
  return changed
}

function put(bytes: Buffer, at: number, piece: Uint8Array, instead: number): Buffer {
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + instead)])
}

function numberToBorder(dice: Dice, bytes: Buffer): Buffer {
  const runs = [...bytes.toString('latin1').matchAll(/\d+/g)]
  if (runs.length === 0) return bytes
  const run = dice.pick(runs)
  return put(bytes, run.index, Buffer.from(borderNumber(dice)), run[0].length)
}

function linesSwapped(dice: Dice, bytes: Buffer): Buffer {
  const lines = bytes.toString('latin1').split('\r\n')
  const [a, b] = [dice.below(lines.length), dice.below(lines.length)]
  ;[lines[a], lines[b]] = [lines[b]!, lines[a]!]
  return Buffer.from(lines.join('\r\n'), 'latin1')
}

function lineRepeated(dice: Dice, bytes: Buffer): Buffer {
  const lines = bytes.toString('latin1').split('\r\n')
  const line = dice.pick(lines)
  const times = Math.min(dice.chance(0.05) ? 2000 : dice.between(1, 5), Math.ceil(mostBytes / (line.length + 2)))
  lines.splice(dice.below(lines.length), 0, ...Array.from({ length: times }, () => line))
  return Buffer.from(lines.join('\r\n'), 'latin1')
}
