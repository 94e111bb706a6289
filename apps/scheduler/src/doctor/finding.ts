/** What a check found. */
export interface Finding {
  /** What was checked, in a word or two. */
  readonly check: string
  readonly status: 'ok' | 'warning' | 'failure'
  /** What there is. */
  readonly detail: string
  /** What to do about it. */
  readonly advice?: string
}

/** All is well. */
export function ok(check: string, detail: string): Finding {
  return { check, status: 'ok', detail }
}

/** It works, but not as well as it should. */
export function warning(check: string, detail: string, advice: string): Finding {
  return { check, status: 'warning', detail, advice }
}

/** It does not work. */
export function failure(check: string, detail: string, advice: string): Finding {
  return { check, status: 'failure', detail, advice }
}
