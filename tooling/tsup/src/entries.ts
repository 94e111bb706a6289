interface Manifest {
  exports?: Record<string, string | Record<string, string>>
  bin?: Record<string, string>
}

/** Derives the entries from the manifest, so that what a package promises and what it builds cannot differ. */
export function entriesOf({ exports = {}, bin = {} }: Manifest): Record<string, string> {
  const entries: Record<string, string> = {}
  for (const target of Object.values(exports)) {
    if (typeof target === 'string') continue
    const { '@sluice/source': source, default: output } = target
    if (source && output) entries[entryName(output)] = source
  }
  for (const output of Object.values(bin)) entries[entryName(output)] = `./src/${entryName(output)}.ts`
  return entries
}

function entryName(output: string): string {
  return output.replace(/^\.\/dist\//, '').replace(/\.js$/, '')
}
