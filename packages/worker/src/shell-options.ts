/** How a worker runs shell commands. */
export interface ShellOptions {
  /** A POSIX shell that knows `-e`. Defaults to `bash` where it is on the `PATH`, else `sh`. */
  readonly path?: string
  /** Where commands start. Defaults to the worker's own directory. */
  readonly cwd?: string
  /** Which variables of the worker's own environment a command gets: all (`true`, the default), none (`false`), or those named. */
  readonly inheritEnv?: boolean | readonly string[]
  /** More variables, which win over inherited ones. */
  readonly env?: Readonly<Record<string, string>>
}
