import { access } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { SideProcess } from './side-process.ts'
import { withFolder } from './store.ts'

/** The command line as it is published. */
const CLI = new URL('../../../../apps/scheduler/dist/cli.js', import.meta.url)

/** Runs `sluice serve` on a store during a measurement, which gets its address; no setting of the user counts. */
export async function withServer<Value>(location: string, measure: (url: string) => Promise<Value>): Promise<Value> {
  await access(CLI).catch(() => {
    throw new Error(`there is no ${fileURLToPath(CLI)}; "pnpm bench" builds it`)
  })
  return withFolder(async (folder) => {
    const serve = new SideProcess('sluice serve', CLI, ['serve', '--port', '0', '--drain', '1s'], {
      XDG_CONFIG_HOME: folder,
      XDG_DATA_HOME: folder,
      STATE_DIRECTORY: undefined,
      SLUICE_CONFIG: undefined,
      SLUICE_TOKENS: undefined,
      SLUICE_HOST: undefined,
      SLUICE_WORKERS: undefined,
      SLUICE_LOG_LEVEL: 'info',
      SLUICE_BACKEND: location,
    })
    try {
      const url = await serve.during(untilReady(serve))
      return await serve.during(measure(url))
    } finally {
      await serve.stop()
    }
  })
}

/** Resolves with the address that the server writes to its log. */
function untilReady(serve: SideProcess): Promise<string> {
  return new Promise((resolve) => {
    let log = ''
    serve.onWritten((text) => {
      log += text
      const line = log.split('\n').find((line) => line.includes('"the service is ready"') && line.endsWith('}'))
      if (line !== undefined) resolve((JSON.parse(line) as { readonly url: string }).url)
    })
  })
}
