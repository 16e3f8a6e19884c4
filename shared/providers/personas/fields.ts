import { z } from 'zod'
import { parseCidr } from '../../base/address.ts'
import { webhookUrlFault } from './webhook-url.ts'

/** What the configurations of several personas have. */
export const words = z.string().min(1).max(200)
export const environment = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, 'is no name of an environment variable')
export const block = z.string().refine((text) => parseCidr(text) !== null, 'is no address and no block (CIDR)')
export const url = z.string().superRefine((text, { addIssue }) => {
  const message = webhookUrlFault(text)
  if (message !== null) addIssue({ code: 'custom', message })
})
