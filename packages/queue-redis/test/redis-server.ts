import { randomUUID } from 'node:crypto'
import { testRedis } from '@sluice-tooling/services'
import { deleteNamespace } from '../src/delete-namespace.ts'

/** A namespace of one test on the shared server. */
export interface TestNamespace {
  readonly options: { readonly url: string; readonly namespace: string; readonly warn: () => void }
  dispose(): Promise<void>
}

/** Makes a namespace that nobody else uses; its name has all that an id may have. */
export async function testNamespace(): Promise<TestNamespace> {
  const { url } = await testRedis()
  const options = { url, namespace: `test {a}:*\u{1f680} ${randomUUID()}`, warn: () => {} }
  return { options, dispose: async () => void (await deleteNamespace(options)) }
}
