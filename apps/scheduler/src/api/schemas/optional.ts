import type { z } from '@hono/zod-openapi'

/**
 * Makes a field that may be left out, but not be `undefined`, which JSON does not have.
 *
 * In the OpenAPI document only a field that is `optional` counts as such.
 */
export function optional<Schema extends z.ZodType>(schema: Schema): z.ZodExactOptional<Schema> {
  return schema.optional() as unknown as z.ZodExactOptional<Schema>
}
