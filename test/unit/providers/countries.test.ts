import { describe, expect, it } from 'vitest'
import { countriesOf } from '../../../shared/model/countries.ts'

describe('the country of a number', () => {
  it.each([
    ['+493012345678', ['DE']],
    ['+442079460000', ['GB', 'GG', 'IM', 'JE']],
    ['+14155550100', ['US']],
    ['+14165550100', ['CA']],
    ['+18095550100', ['DO']],
    ['+18005550100', []],
    ['+77012345678', ['KZ']],
    ['+74951234567', ['RU']],
    ['+8821234567', []],
    ['+2591234567', []],
    ['4930123456', []],
    ['+0301234567', []],
    ['+49', []],
    [`+4${'9'.repeat(100_000)}`, []],
  ])('%s', (number, countries) => {
    expect(countriesOf(number)).toEqual(countries)
  })
})
