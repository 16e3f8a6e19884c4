// Numbers of figures as the window and the report write them; each has its unit behind it.

export const count = (value: number): string => value.toLocaleString('en')

/** Without their unit: several stand before one. */
export const ms = (value: number, digits = 0): string =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })

export const percent = (value: number): string => `${value.toFixed(1)} %`

/** With a true minus. */
export const negative = (value: number, digits = 1): string => value.toFixed(digits).replace('-', '−')
