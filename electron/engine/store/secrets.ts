import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { closeToOthers, writeWhole } from '../base/durable.ts'
import { errorCode, explainError, machine } from '../base/errors.ts'
import { readOwn } from '../base/small-file.ts'

const keyBytes = 32
const ivBytes = 12
const tagBytes = 16
/** What says that this file will never be a key; other errors may pass (too many open files). */
const hopeless = new Set(['EACCES', 'EPERM', 'EISDIR', 'ELOOP', 'EFBIG', 'NOT_A_FILE'])

/**
 * Seals passwords and header values with AES-256-GCM. The key lies beside the database in a file that only the owner
 * can read: it keeps secrets out of copies of the database, not from the owner's own account.
 */
export class Secrets {
  readonly file: string
  #key: Buffer | null = null

  constructor(folder: string) {
    this.file = join(folder, 'secret.key')
    closeToOthers(this.file)
  }

  /** Whether there is a key file that holds no key. */
  get unusable(): boolean {
    return this.#read() === 'unusable'
  }

  /**
   * Renames a key file that holds no key, so that a new one can be made; the name it has now. Only for who has the
   * database locked. Throws the system error.
   */
  setAside(): string {
    for (let n = 1; ; n++) {
      const name = `${this.file}.unusable-${n}`
      if (existsSync(name)) continue
      renameSync(this.file, name)
      return name
    }
  }

  /** Makes the key where there is none: only for who has the database locked. Throws RingbackError (machine). */
  seal(text: string): Uint8Array {
    const iv = randomBytes(ivBytes)
    const cipher = createCipheriv('aes-256-gcm', this.#keyToSeal(), iv)
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Buffer.concat([iv, cipher.getAuthTag(), sealed])
  }

  /** Null when it was not sealed with this key, or there is none. */
  open(bytes: Uint8Array): string | null {
    try {
      const key = this.#read()
      if (typeof key === 'string') return null
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes))
      decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
      return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString('utf8')
    } catch {
      return null
    }
  }

  #keyToSeal(): Buffer {
    const key = this.#read()
    if (key === 'unusable')
      throw machine(`${this.file} holds no key and could not be set aside: remove it, and set the passwords again`)
    if (key !== 'missing') return key
    const made = randomBytes(keyBytes)
    writeWhole(this.file, made)
    return (this.#key = made)
  }

  /** Throws RingbackError (machine) when it cannot be said now. */
  #read(): Buffer | 'missing' | 'unusable' {
    if (this.#key) return this.#key
    try {
      const key = readOwn(this.file, keyBytes)
      if (key.length !== keyBytes) return 'unusable'
      return (this.#key = key)
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return 'missing'
      if (hopeless.has(errorCode(error))) return 'unusable'
      throw machine(`cannot read ${this.file}: ${explainError(error)}`, error)
    }
  }
}
