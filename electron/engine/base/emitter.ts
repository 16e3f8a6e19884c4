interface Subscription {
  readonly name: PropertyKey
  readonly listener: (event: never) => void
}

const nobody: readonly Subscription[] = []

/**
 * Events by name with the type of what each carries. A listener that throws does not stop the others: the first error
 * is thrown when all have heard.
 */
export class Emitter<Events extends object> {
  /** Made anew at each change: who is told of an event is settled when it begins. */
  #subscriptions = nobody

  /** Returns the function that ends the subscription. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
    const subscription: Subscription = { name, listener }
    this.#subscriptions = this.#subscriptions.concat([subscription])
    return () => (this.#subscriptions = this.#subscriptions.filter((other) => other !== subscription))
  }

  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    let errors: unknown[] | null = null
    for (const subscription of this.#subscriptions) {
      if (subscription.name !== name) continue
      try {
        ;(subscription.listener as (event: Events[Name]) => void)(event)
      } catch (error) {
        ;(errors ??= []).push(error)
      }
    }
    if (errors) throw errors[0]
  }
}
