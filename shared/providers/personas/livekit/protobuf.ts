import { z } from 'zod'

/** A field of a message, and what it is where it is not set: undefined where it must be. */
interface Field<Value> {
  readonly schema: z.ZodType<Value>
  readonly unset: () => Value | undefined
}
type Fields = Readonly<Record<string, Field<unknown>>>
type Values<Of extends Fields> = { readonly [Name in keyof Of]: Of[Name] extends Field<infer Value> ? Value : never }

const snakeName = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/**
 * A message of protobuf as JSON has it: each name in camelCase or snake_case, null for what is not set. What it has no
 * field for is a fault.
 */
export function message<Of extends Fields>(fields: Of) {
  const given = Object.entries(fields)
  const shape = Object.fromEntries(
    given.flatMap(([name, { schema }]) => [name, snakeName(name)].map((one) => [one, schema.nullish()])),
  )
  return z
    .strictObject(shape)
    .superRefine((values, context) => {
      for (const [name, { unset }] of given) {
        const [one, other] = [values[name] ?? undefined, values[snakeName(name)] ?? undefined]
        if (name !== snakeName(name) && one !== undefined && other !== undefined)
          context.addIssue({ code: 'custom', path: [name], message: `stands there twice, as ${snakeName(name)} too` })
        if (one === undefined && other === undefined && unset === required)
          context.addIssue({ code: 'custom', message: `${snakeName(name)} is missing` })
      }
    })
    .transform(
      (values) =>
        Object.fromEntries(
          given.map(([name, { unset }]) => [name, values[name] ?? values[snakeName(name)] ?? unset()]),
        ) as Values<Of>,
    )
}

const required = (): undefined => undefined
export const needed = <Value>(schema: z.ZodType<Value>): Field<Value> => ({ schema, unset: required })
export const maybe = <Value>(schema: z.ZodType<Value>): Field<Value | undefined> => ({ schema, unset: () => undefined })
export const usually = <Value>(schema: z.ZodType<Value>, value: Value): Field<Value> => ({ schema, unset: () => value })

export const text = usually(z.string(), '')
export const texts = usually(z.array(z.string()), [])
export const textMap = usually(z.record(z.string(), z.string()), {})
export const flag = usually(z.boolean(), false)

/** By name or by number. */
export const enumeration = <const Names extends readonly string[]>(names: Names) =>
  z
    .union([
      z.enum(names),
      z
        .int()
        .min(0)
        .max(names.length - 1),
    ])
    .transform((given): Names[number] => (typeof given === 'number' ? names[given]! : given))

/** `90s`, `1.5s`: milliseconds. */
export const duration = z
  .string()
  .regex(/^\d{1,9}(?:\.\d{1,9})?s$/, 'a duration is written as 90s')
  .transform((given) => Number(given.slice(0, -1)) * 1000)
