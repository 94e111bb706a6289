import { z } from 'zod'
import { ROLES } from './role.ts'

/** A token, as it is stored. Times are milliseconds since the epoch. */
export const tokenRecordSchema = z
  .strictObject({
    name: z.string().regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 _ . -'),
    roles: z.array(z.enum(ROLES)).min(1).readonly(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits'),
    createdAt: z.int().min(0),
    expiresAt: z.int().min(0).exactOptional(),
  })
  .readonly()

/** A token, as it is stored. */
export type TokenRecord = z.infer<typeof tokenRecordSchema>

/** What a file of tokens holds. */
export const tokenFileSchema = z.strictObject({
  tokens: z
    .array(tokenRecordSchema)
    .refine((tokens) => new Set(tokens.map(({ name }) => name)).size === tokens.length, 'must have different names'),
})
