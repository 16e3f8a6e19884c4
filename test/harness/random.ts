import type { Random } from '../../electron/engine/base/random.ts'

/** The same numbers in every run. */
export function predictableRandom(seed = 1): Random {
  let state = seed >>> 0
  const uint32 = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state ^ (state >>> 15)) >>> 0
  }
  return {
    uint32,
    bytes: (length) => Uint8Array.from({ length }, () => uint32() & 255),
    token: (length) => Array.from({ length }, () => (uint32() >>> 8).toString(36).slice(-1)).join(''),
  }
}
