/** Values of environment variables by name. */
export type Env = Readonly<Record<string, string>>

/** What a variable's name must be for a shell to take it; the prefix belongs to what the worker tells a script. */
export const ENV_NAME = /^(?!SLUICE_)[A-Za-z_][A-Za-z0-9_]*$/

/** The same for people. */
export const ENV_NAME_RULE = "a variable's name: letters, digits and _, beginning with neither a digit nor SLUICE_"

/** A step of a script. */
export interface Step {
  readonly name?: string | undefined
  readonly run: string
  readonly env?: Env | undefined
}

/** Puts variables before a script, or leaves it as it is where there are none. */
export function scriptWithEnv(run: string, env: Env): string {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}`)
  return exports.length === 0 ? run : ['set -e', ...exports, run].join('\n')
}

/**
 * Joins steps into one script for `sh` and `bash`, such that they share directory, variables and functions.
 *
 * The log gets a line with the name of each step. The script ends with the first step that fails; a step's own env ends with it.
 */
export function scriptOfSteps(steps: readonly Step[], env: Env): string {
  const parts = steps.map((step, index) => stepScript(step, `${stepName(step)} (${index + 1}/${steps.length})`))
  return scriptWithEnv(parts.join('\n'), env)
}

function stepScript({ run, env = {} }: Step, title: string): string {
  const names = Object.keys(env)
  return [
    `printf '%s\\n' ${quote(`==> ${title}`)}`,
    ...names.map((name) => `SLUICE_WAS_${name}=\${${name}+set} SLUICE_OLD_${name}=\${${name}-}`),
    ...names.map((name) => `export ${name}=${quote(env[name] as string)}`),
    // A step may have turned it off.
    'set -e',
    // Within `eval` no open quote, heredoc or trailing backslash reaches the next step. `||` would turn `set -e` off inside it.
    `eval ${quote(run)}`,
    'SLUICE_STATUS=$?',
    '[ "$SLUICE_STATUS" -eq 0 ] || exit "$SLUICE_STATUS"',
    ...names.map((name) => `unset ${name}; [ -z "$SLUICE_WAS_${name}" ] || export ${name}="$SLUICE_OLD_${name}"`),
  ].join('\n')
}

function stepName({ name, run }: Step): string {
  if (name !== undefined) return name
  const [firstLine = ''] = run.trim().split('\n', 1)
  return firstLine.length > 80 ? `${firstLine.slice(0, 79)}…` : firstLine
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
