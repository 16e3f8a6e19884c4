import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCode, explainError, machine } from '../base/errors.ts'

const ivBytes = 12
const tagBytes = 16

/**
 * Seals passwords with AES-256-GCM. The key lies beside the database in a file that only the owner can read:
 * it keeps secrets out of copies of the database, not from the owner's own account.
 */
export class Secrets {
  readonly #file: string
  #key: Buffer | null = null

  constructor(folder: string) {
    this.#file = join(folder, 'secret.key')
  }

  seal(text: string): Uint8Array {
    const iv = randomBytes(ivBytes)
    const cipher = createCipheriv('aes-256-gcm', this.#keyBytes(), iv)
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Buffer.concat([iv, cipher.getAuthTag(), sealed])
  }

  /** Throws RingbackError (machine) when the key does not fit. */
  open(bytes: Uint8Array): string {
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#keyBytes(), bytes.subarray(0, ivBytes))
      decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
      return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString('utf8')
    } catch (error) {
      throw machine(`a stored password cannot be opened: ${this.#file} is missing or is not the key it was sealed with; set the password again`, error)
    }
  }

  #keyBytes(): Buffer {
    if (this.#key) return this.#key
    try {
      this.#key = readFileSync(this.#file)
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw machine(`cannot read ${this.#file}: ${explainError(error)}`, error)
      this.#key = randomBytes(32)
      writeFileSync(this.#file, this.#key, { mode: 0o600, flag: 'wx' })
    }
    return this.#key
  }
}
