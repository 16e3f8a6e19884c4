import type { DatabaseSync } from 'node:sqlite'
import { trunkSchema, type StoredTrunk, type Trunk } from '../../../shared/contract/commands.ts'
import { hiddenValue } from '../../../shared/model/hidden-value.ts'
import type { EncryptionForm } from '../../../shared/model/encryption.ts'
import { machine, usage } from '../base/errors.ts'
import { isSecretHeader } from '../../../shared/wire/sip/secret-names.ts'
import { secretsAmong, type CustomHeader } from '../base/secret-headers.ts'
import { readJson } from './calls.ts'
import type { Secrets } from './secrets.ts'

/** The names of the sealed header values and of the sealed private key of a trunk; no trunk can have them. */
const headersOf = (trunk: string) => `headers ${trunk}`
export const keyOf = (trunk: string): string => `key ${trunk}`

export interface TrunkSecrets {
  readonly password?: string | undefined
  /** The private key of the trunk's certificate (PEM). */
  readonly tlsKey?: string | undefined
}

/**
 * The tables of trunks and of secrets. In clear are settings and names of headers; passwords and header values are
 * sealed. Writing is for who has a transaction.
 */
export class Trunks {
  readonly #db: DatabaseSync
  readonly #secrets: Secrets

  constructor(db: DatabaseSync, secrets: Secrets) {
    this.#db = db
    this.#secrets = secrets
  }

  /** Seals header values that stand there in clear, as formats before 3 had them; returns the secret headers. */
  seal(): CustomHeader[] {
    const trunks = this.#db
      .prepare('SELECT settings FROM trunks')
      .all()
      .flatMap((row) => readJson(trunkSchema, row['settings']) ?? [])
    const open = trunks.filter(({ headers }) => headers.length > 0)
    for (const trunk of open) this.#put(trunk)
    return open.flatMap(({ headers }) => secretsAmong(headers))
  }

  /** Those that can be read, with the values of secret headers hidden; and the names of the others. */
  all(): { trunks: StoredTrunk[]; unreadable: string[] } {
    const trunks: StoredTrunk[] = []
    const unreadable: string[] = []
    for (const row of this.#db
      .prepare(
        'SELECT t.name, t.settings, s.sealed FROM trunks t LEFT JOIN secrets s ON s.name = t.name ORDER BY t.name',
      )
      .all()) {
      const trunk = readJson(trunkSchema, row['settings'])
      if (trunk) trunks.push(this.#shown(trunk, row['sealed'] as Uint8Array | null))
      else unreadable.push(String(row['name']))
    }
    return { trunks, unreadable }
  }

  #shown(trunk: Trunk, sealed: Uint8Array | null): StoredTrunk {
    const values = this.#headerValues(trunk)
    const password = sealed && this.#secrets.open(sealed)
    const lost = [...(sealed && password === null ? ['password'] : []), ...(values ? [] : ['headers'])]
    const headers = trunk.headers.map((header, i) => {
      const hidden = values === null || header.secret === true || isSecretHeader(header.name)
      return hidden ? { ...header, value: hiddenValue, secret: true } : { ...header, value: values[i]! }
    })
    return { ...trunk, headers, hasPassword: password !== null, ...(lost.length > 0 ? { lost } : {}) }
  }

  /**
   * With the values of its headers. Throws RingbackError: `usage` naming the trunks there are, `machine` when it is
   * stored but cannot be used.
   */
  get(name: string): Trunk {
    const trunk = this.#stored(name)
    const values = this.#headerValues(trunk)
    if (!values)
      throw machine(
        `the header values of trunk "${name}" cannot be opened: ${this.#secrets.file} is missing or is not the ` +
          'key they were sealed with; set its headers again',
      )
    return { ...trunk, headers: trunk.headers.map((header, i) => ({ ...header, value: values[i]! })) }
  }

  /** As it is stored: header values are elsewhere. */
  #stored(name: string): Trunk {
    const row = this.#db.prepare('SELECT settings FROM trunks WHERE name = ?').get(name)
    const trunk = row && readJson(trunkSchema, row['settings'])
    if (trunk) return trunk
    if (row) throw machine(`trunk "${name}" is stored but cannot be read: remove it and add it again`)
    const names = this.all().trunks.map((known) => known.name)
    throw usage(
      `there is no trunk "${name}": ${names.length > 0 ? `known are ${names.join(', ')}` : 'none is stored'}`,
      { code: 'add-trunk' },
    )
  }

  /** Null when they cannot be opened. */
  #headerValues({ name, headers }: Trunk): string[] | null {
    if (headers.length === 0) return []
    const row = this.#db.prepare('SELECT sealed FROM secrets WHERE name = ?').get(headersOf(name))
    const text = row ? this.#secrets.open(row['sealed'] as Uint8Array) : null
    const values = text === null ? null : (JSON.parse(text) as string[])
    return values?.length === headers.length ? values : null
  }

  /** Null when none is stored. Throws RingbackError (machine) when it cannot be opened. */
  secret(name: string): string | null {
    const row = this.#db.prepare('SELECT sealed FROM secrets WHERE name = ?').get(name)
    if (!row) return null
    const secret = this.#secrets.open(row['sealed'] as Uint8Array)
    if (secret === null)
      throw machine(
        `the stored password of "${name}" cannot be opened: ${this.#secrets.file} is missing or is not the key ` +
          'it was sealed with; set the password again',
      )
    return secret
  }

  /** A hidden header value stays as it is stored. Throws RingbackError. */
  save(trunk: Trunk, { password, tlsKey }: TrunkSecrets, replace: boolean): void {
    const exists = this.#db.prepare('SELECT 1 FROM trunks WHERE name = ?').get(trunk.name) !== undefined
    if (exists && !replace) throw usage(`trunk "${trunk.name}" exists`, { code: 'change-trunk' })
    const before = replace ? this.#stored(trunk.name) : null
    // What cannot be opened may be left as it is.
    if (before && sameHidden(before, trunk) && this.#headerValues(before) === null) this.#putSettings(trunk)
    else this.#put({ ...trunk, headers: this.#withStoredValues(trunk, before) })
    if (password !== undefined) this.putSecret(trunk.name, password)
    if (trunk.tlsCert === undefined) this.#db.prepare('DELETE FROM secrets WHERE name = ?').run(keyOf(trunk.name))
    else if (tlsKey !== undefined) this.putSecret(keyOf(trunk.name), tlsKey)
  }

  /** Hidden values become the stored ones: those of the header of that name, the nth of the nth. */
  #withStoredValues(trunk: Trunk, before: Trunk | null): Trunk['headers'] {
    const values = before && this.#headerValues(before)
    const known = (before?.headers ?? []).map((header, i) => ({ ...header, value: values?.[i] }))
    return trunk.headers.map((header) => {
      const at = known.findIndex(({ name }) => name.toLowerCase() === header.name.toLowerCase())
      const [stored] = at < 0 ? [] : known.splice(at, 1)
      if (header.value !== hiddenValue) return header
      if (stored?.value === undefined)
        throw usage(
          `header ${header.name} of trunk "${trunk.name}" has no stored value that could be kept: give the value`,
        )
      return {
        name: header.name,
        value: stored.value,
        ...(stored.secret === undefined ? {} : { secret: stored.secret }),
      }
    })
  }

  /** How encryption is offered to it first from now on; of a trunk that is gone nothing is kept. */
  setForm(name: string, encryptionForm: EncryptionForm): void {
    const row = this.#db.prepare('SELECT settings FROM trunks WHERE name = ?').get(name)
    const trunk = row && readJson(trunkSchema, row['settings'])
    if (trunk) this.#putSettings({ ...trunk, encryptionForm })
  }

  #put(trunk: Trunk): void {
    this.#putSettings(trunk)
    if (trunk.headers.length > 0)
      this.putSecret(headersOf(trunk.name), JSON.stringify(trunk.headers.map(({ value }) => value)))
    else this.#db.prepare('DELETE FROM secrets WHERE name = ?').run(headersOf(trunk.name))
  }

  #putSettings(trunk: Trunk): void {
    const clear = trunkSchema.parse({ ...trunk, headers: trunk.headers.map((header) => ({ ...header, value: '' })) })
    this.#db
      .prepare('INSERT INTO trunks VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET settings = excluded.settings')
      .run(trunk.name, JSON.stringify(clear))
  }

  putSecret(name: string, secret: string): void {
    this.#db
      .prepare('INSERT INTO secrets VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed')
      .run(name, this.#secrets.seal(secret))
  }

  /** One that cannot be read too. Throws RingbackError (usage) when there is none. */
  remove(name: string): void {
    const { changes } = this.#db.prepare('DELETE FROM trunks WHERE name = ?').run(name)
    if (Number(changes) === 0) this.#stored(name)
    for (const secret of [name, headersOf(name), keyOf(name)])
      this.#db.prepare('DELETE FROM secrets WHERE name = ?').run(secret)
  }
}

/** Whether every header of the one is a hidden one of the other: nothing was said of them. */
function sameHidden(before: Trunk, after: Trunk): boolean {
  return (
    before.headers.length === after.headers.length &&
    after.headers.every(({ name, value }, i) => value === hiddenValue && name === before.headers[i]!.name)
  )
}
