// Kinds of values that several files of a configuration have.
import { z } from 'zod'

export const name = z.string().min(1).max(127)
export const e164 = z.string().regex(/^\+[1-9][0-9]{1,14}$/, 'must be E.164: a plus sign and up to 15 digits')
export const absolutePath = z.string().regex(/^\/./, 'must be an absolute path')
