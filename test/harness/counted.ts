import type { Locator, Page } from 'playwright'

/** What a person does in a window, counted: each click, each character and key. */
export class Counted {
  clicks = 0
  keys = 0
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async click(target: Locator): Promise<void> {
    this.clicks++
    await target.click()
  }

  async type(text: string): Promise<void> {
    this.keys += text.length
    await this.page.keyboard.type(text)
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      this.keys++
      await this.page.keyboard.press(key)
    }
  }

  /** Presses the tabulator, or that key, until the keyboard is at the target. */
  async tabTo(target: Locator, key = 'Tab', most = 40): Promise<void> {
    for (let n = 0; n < most; n++) {
      if ((await target.count()) > 0 && (await target.evaluate((element) => element.matches(':focus')))) return
      await this.press(key)
    }
    throw new Error(`the keyboard does not reach ${String(target)} in ${most} steps`)
  }
}
