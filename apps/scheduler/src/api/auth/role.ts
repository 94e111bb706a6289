/** Every role, in the order of what they may do. */
export const ROLES = ['admin', 'submit', 'read', 'worker'] as const

/**
 * What a token may be used for.
 *
 * `read` sees runs, logs and workers; `submit` also starts, cancels and retries runs; `worker` claims and settles jobs, and sees
 * nothing else; `admin` may do everything.
 */
export type Role = (typeof ROLES)[number]

const GRANTS: Readonly<Record<Role, readonly Role[]>> = {
  admin: ROLES,
  submit: ['submit', 'read'],
  read: ['read'],
  worker: ['worker'],
}

/** Tells whether one of the roles of a caller includes what a route asks for. */
export function grants(roles: readonly Role[], needed: Role): boolean {
  return roles.some((role) => GRANTS[role].includes(needed))
}
