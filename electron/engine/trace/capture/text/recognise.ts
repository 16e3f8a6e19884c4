/** So many bytes tell a text. */
const looked = 4096

/** Whether bytes begin a text of one byte a character: no control characters but those that terminals know. */
export function looksLikeText(bytes: Uint8Array): boolean {
  for (const byte of bytes.subarray(0, looked))
    if (byte === 127 || (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12 && byte !== 27))
      return false
  return bytes.length > 0
}
