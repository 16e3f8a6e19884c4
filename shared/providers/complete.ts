import type { Provider, ProviderFacts } from './provider.ts'

/** What is written down of a provider, and nothing where nothing is known: as by the schema, without its library. */
export function complete(facts: ProviderFacts): Provider {
  return {
    domains: [],
    software: [],
    targets: [],
    notOffered: [],
    refusals: [],
    preset: null,
    limits: [],
    ...facts,
  } as Provider
}
