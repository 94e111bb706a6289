import manifest from '../../package.json' with { type: 'json' }
import type { ApiClient } from '../client/api-client.ts'
import { RefusedRequestError } from '../client/request-error.ts'
import { type ServerInfo, ServiceClient } from '../client/service-client.ts'
import { checkClocks } from './check-clocks.ts'
import { checkWorkers } from './check-workers.ts'
import { type Finding, failure, ok, warning } from './finding.ts'

/** Checks a server from here: that it answers, takes the token, is ready, and that somebody schedules and works. */
export async function checkServer(client: ApiClient): Promise<Finding[]> {
  const service = new ServiceClient(client)
  const reached = await reach(client)
  if (reached.status === 'failure') return [reached]
  const findings = [reached, await checkReadiness(client)]
  const askedAt = Date.now()
  try {
    const info = await service.serverInfo()
    const clocks = checkClocks('the server', info.now, askedAt, Date.now())
    findings.push(ok('token', 'the server takes it'), ...describeServer(info), clocks)
    findings.push(...checkWorkers(await service.listWorkers(), await service.queueStats()))
  } catch (error) {
    findings.push(refusal(error))
  }
  return findings
}

async function reach(client: ApiClient): Promise<Finding> {
  try {
    await client.request({ path: '/healthz' })
    return ok('server', `${client.server} answers`)
  } catch (error) {
    const advice = 'check the address; sluice serve starts a server'
    return failure('server', (error as Error).message, advice)
  }
}

async function checkReadiness(client: ApiClient): Promise<Finding> {
  try {
    await client.request({ path: '/readyz' })
    return ok('readiness', 'the server and its store are ready')
  } catch (error) {
    return failure('readiness', (error as Error).message, 'run sluice doctor --backend … where the server runs')
  }
}

function describeServer({ version, backend, durable, isScheduling }: ServerInfo): Finding[] {
  const same = version === manifest.version
  return [
    same
      ? ok('versions', `both are ${version}`)
      : warning('versions', `the server is ${version}, this is ${manifest.version}`, 'use the same version'),
    durable
      ? ok('backend', `${backend}, durable`)
      : warning(
          'backend',
          `${backend} keeps nothing when the server ends`,
          'give sluice serve a --backend that is durable',
        ),
    // Elsewhere another process may well schedule, which this server cannot know.
    isScheduling
      ? ok('scheduler', 'this server schedules')
      : ok('scheduler', 'this server stands by, or leaves it to others'),
  ]
}

function refusal(error: unknown): Finding {
  if (error instanceof RefusedRequestError && error.problem.status === 401)
    return failure(
      'token',
      error.message,
      'set SLUICE_TOKEN or --token-file; sluice token create makes a token on the server',
    )
  if (error instanceof RefusedRequestError && error.problem.status === 403)
    return warning('token', error.message, 'with the role read, doctor could look at workers and jobs too')
  return failure('server', (error as Error).message, 'look into the log of the server')
}
