import type { Reporter, TestModule } from 'vitest/node'

/** Names, when the run is over, each test that failed first and passed then, with why it failed: decision 043. */
export class SecondAttempts implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules)
      for (const test of module.children.allTests()) {
        if (test.diagnostic()?.flaky !== true) continue
        const why = test.result().errors?.map(({ message }) => `    ${message}\n`) ?? []
        process.stdout.write(`second attempt: ${module.relativeModuleId} > ${test.fullName}\n${why.join('')}`)
      }
  }
}
