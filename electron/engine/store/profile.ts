import { isLoopback } from '../../../shared/base/address.ts'
import { settingsSchema, type Settings, type Trunk } from '../../../shared/contract/commands.ts'
import { playSchema, type PlayArgs } from '../../../shared/contract/persona.ts'
import { initialLimits, type BudgetLimits } from '../../../shared/model/budgets.ts'
import { setOwnProviders } from '../../../shared/providers/index.ts'
import { machine, usage } from '../base/errors.ts'
import { noProviders, readOwnProviders } from './own-providers.ts'
import type { Store } from './store.ts'
import { keyOf } from './trunks.ts'

/** The name of what an agent plays, among the secrets; no trunk can have it. */
const playedSecret = 'agent persona'

/** What a person has set: in the store of a profile folder, or for this run where there is none. */
export class Profile {
  readonly #store: Store | null
  #problems: readonly string[] = []
  #unsaved = settingsSchema.parse({})
  #limits: { readonly of: Settings; readonly are: BudgetLimits } | null = null

  constructor(store: Store | null) {
    this.#store = store
    this.readProviders()
  }

  /** What is wrong with the files of the person's own providers, by file, line and field. */
  get providerProblems(): readonly string[] {
    return this.#problems
  }

  /** The providers of the profile folder as they are now: known from here on. */
  readProviders(): void {
    const { providers, problems } = this.#store ? readOwnProviders(this.#store.folder) : noProviders
    this.#problems = problems
    setOwnProviders(providers)
  }

  /** Throws RingbackError (machine) where no profile folder is in use. */
  get store(): Store {
    if (!this.#store)
      throw machine('no profile folder is in use: trunks and history need one', undefined, { code: 'choose-profile' })
    return this.#store
  }

  get settings(): Settings {
    return this.#store?.settings ?? this.#unsaved
  }

  saveSettings(settings: Settings): void {
    if (this.#store) this.#store.saveSettings(settings)
    else this.#unsaved = settings
  }

  /** What the settings allow strangers to use. */
  get limits(): BudgetLimits {
    const { settings } = this
    // Asked for with each message of a stranger.
    if (this.#limits?.of !== settings) this.#limits = { of: settings, are: { ...initialLimits, ...settings.limits } }
    return this.#limits.are
  }

  /**
   * The local address that the settings ask for; null where the system is to choose: none is set, or the peer is this
   * machine.
   */
  localAddressFor(peer: string): string | null {
    const { localAddress } = this.settings
    return localAddress === null || isLoopback(peer) ? null : localAddress
  }

  /** Our certificate and its key for a stored trunk. Throws RingbackError (machine) where the key cannot be opened. */
  identityOf({ name, tlsCert }: Trunk): { readonly cert: string; readonly key: string } | null {
    const key = tlsCert === undefined ? null : this.secret(keyOf(name))
    return tlsCert === undefined || key === null ? null : { cert: tlsCert, key }
  }

  /**
   * What is to be played: as it is given, or as it is kept. Throws RingbackError (usage) where it is not kept any more.
   */
  played(asked: PlayArgs): PlayArgs {
    if (!asked.kept) return asked
    const kept = this.secret(playedSecret)
    if (kept === null) throw usage('the configuration of the persona is not kept: give it again')
    const play = playSchema.safeParse(JSON.parse(kept))
    if (!play.success) throw usage('the configuration of the persona that is kept cannot be read: give it again')
    return play.data
  }

  /** Keeps what the agent of the settings plays, sealed: it may have secrets in it. Throws as `store` does. */
  savePlayed(play: PlayArgs): void {
    this.store.saveSecret(playedSecret, JSON.stringify(play))
  }

  /** A stored secret; null where there is none, or no profile folder. */
  secret(name: string): string | null {
    return this.#store?.secret(name) ?? null
  }
}
