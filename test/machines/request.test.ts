import { describe, expect, test } from 'vitest'
import { request } from '../../machines/core/request.ts'
import * as endpoints from '../../services/http/endpoints.ts'
import type { OperationName } from '../../services/http/operation.ts'
import { interruptions } from '../support/interruptions.ts'
import { edgePaths, type Path } from '../support/paths.ts'
import { codeOf, completed, isDone, requestModel, walkRequest } from '../support/requestWalk.ts'
import { transitionsOf } from '../support/transitions.ts'

/** One endpoint for each kind of credential, safe to repeat or not. */
const operations: [OperationName, object][] = [
  ['getUser', {}],
  ['updateProfile', { name: 'Li Hua' }],
  ['sendVerification', { phone_number: '+86 13800000000' }],
  ['revoke', { token: 'none' }],
  ['signInAnonymously', {}],
]

const taken = new Set<string>()

describe.each(operations)('request: %s', (...operation) => {
  const [name, input] = operation
  const machine = request(endpoints[name] as never)
  const paths = edgePaths(machine, requestModel(name, input)).map((path): [string, Path] => [
    `request: ${name}: ${path.name}`,
    completed(path),
  ])

  test.each(paths)('%s: the call ends the same under every interruption', async (_name, path) => {
    const plain = await walkRequest(operation, path, 'nothing')
    for (const transition of plain.taken) taken.add(transition)
    const last = path.steps.at(-1)!
    const [first] = path.steps
    const course = [first!.from, ...path.steps.map(({ to }) => to)]
    // A client that knows it is signed out needs no refresh to find that out.
    if (first!.event.note) course.shift()
    expect(plain.states.filter((state) => state !== 'starting')).toEqual(
      course.filter((state) => state !== 'failed'),
    )
    expect(plain.outcome.end).toBe(isDone(last) ? last.to : `${last.to}: ${codeOf(last)}`)
    for (const interruption of interruptions.slice(1)) {
      const { outcome } = await walkRequest(operation, path, interruption)
      expect.soft(outcome, interruption).toEqual(plain.outcome)
    }
  })
})

test('request: the paths take every transition', () => {
  const machine = request(endpoints.getUser)
  expect(transitionsOf(machine).filter((transition) => !taken.has(transition))).toEqual([])
})
