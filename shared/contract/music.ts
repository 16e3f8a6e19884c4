import { z } from 'zod'

export const toneSchema = z.object({ kind: z.literal('tone'), hz: z.int().min(20).max(3900) })
export const silenceSchema = z.object({ kind: z.literal('silence') })
export const fileSchema = z.object({ kind: z.literal('file'), path: z.string() })

/** What is sent to a peer that is on hold. */
export const musicSchema = z
  .discriminatedUnion('kind', [toneSchema, silenceSchema, fileSchema])
  .describe('what the peer hears while it is on hold, again and again; absent: what the call sends goes on')
export type Music = z.infer<typeof musicSchema>

/** What stands behind hold, for a person. */
export const musicForms = 'silence, tone, tone:HZ or a .wav file'

/** What a peer on hold is to hear; null where the text says nothing of it. */
export function musicNamed(text: string): Music | null {
  const [, hz] = /^tone(?::(\d{1,5}))?$/.exec(text) ?? []
  const named = text.startsWith('tone')
    ? { kind: 'tone', hz: Number(hz ?? (text === 'tone' ? 440 : 0)) }
    : text === 'silence'
      ? { kind: 'silence' }
      : { kind: 'file', path: /\.wav$/i.test(text) ? text : null }
  const music = musicSchema.safeParse(named)
  return music.success ? music.data : null
}
