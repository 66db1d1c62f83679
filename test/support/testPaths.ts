import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { interruptions } from './interruptions.ts'
import { deadEnds, edgePaths } from './paths.ts'
import { transitionsOf } from './transitions.ts'
import { type ModelPath, walk, type Walked, type WalkOptions } from './walk.ts'

/**
 * Tests one path for every edge of a machine, undisturbed and under every interruption. However a
 * path is interrupted, it must end as it does undisturbed and send as many messages; a reload may
 * lose a secret where `losses` says so.
 *
 * @param options the machine and how its steps are performed
 */
export function testPaths(options: WalkOptions): void {
  const { machine, models, losses = {} } = options
  const name = machine.id

  describe('every path ends the same under every interruption', () => {
    const taken = new Set<string>()
    const lost = new Set<string>()
    const addTaken = (walked: Pick<Walked, 'taken'>) => {
      for (const transition of walked.taken) taken.add(transition)
    }

    const undisturbed = new Map<ModelPath, Promise<Walked>>()
    const walkUndisturbed = (path: ModelPath) => {
      const walked = undisturbed.get(path) ?? walk(options, path, 'nothing')
      undisturbed.set(path, walked)
      return walked
    }

    /** Reloads after every action. After a loss that is listed the walk starts over behind it. */
    async function walkWithReloads(path: ModelPath, { end }: Walked) {
      let walked = await walk(options, path, 'reload')
      for (let after = -1; after < walked.actionCount;) {
        const isSame = walked.mismatches.length === 0 && isDeepStrictEqual(walked.end, end)
        if (isSame || !losses[walked.at]?.includes(walked.end.view)) break
        lost.add(`${walked.at}: ${walked.end.view}`)
        addTaken(walked)
        after = walked.actionCount
        walked = await walk(options, path, 'reload', after)
      }
      return walked
    }

    for (const [title, path] of namedPaths(options)) {
      test.concurrent(
        `${name}: ${title}: the undisturbed flow follows the chart`,
        async ({ expect }) => {
          const walked = await walkUndisturbed(path)
          addTaken(walked)
          expect(walked.mismatches).toEqual([])
        },
      )

      test.concurrent.for(options.interruptions ?? interruptions.slice(1))(
        `${name}: ${title}: interruption "%s" changes nothing`,
        async (interruption, { expect }) => {
          const plain = await walkUndisturbed(path)
          const walked = await (interruption === 'reload'
            ? walkWithReloads(path, plain)
            : walk(options, path, interruption))
          addTaken(walked)
          const { mismatches, end, messages } = walked
          expect({ mismatches, end, messages }).toEqual({
            mismatches: [],
            end: plain.end,
            messages: plain.messages,
          })
        },
      )
    }

    test(`${name}: a way to an end leads out of every state`, () => {
      if (!Object.values(machine.root.states).some(({ type }) => type === 'final')) return
      for (const model of models) expect(deadEnds(machine, model)).toEqual([])
    })

    test(`${name}: the paths take every transition`, () => {
      expect(transitionsOf(machine).filter((transition) => !taken.has(transition))).toEqual([])
    })

    test(`${name}: a reload loses every secret that is listed as lost`, () => {
      const listed = Object.entries(losses).flatMap(([at, views]) =>
        views.map((view) => `${at}: ${view}`),
      )
      expect([...lost].toSorted()).toEqual(listed.toSorted())
    })
  })
}

/** The paths of all models under names that differ. */
function namedPaths({ machine, models }: WalkOptions): [string, ModelPath][] {
  const names = new Set<string>()
  return models
    .flatMap((model) => edgePaths(machine, model).map((path) => ({ ...path, model })))
    .map((path): [string, ModelPath] => [
      [path.model.note, path.name].filter(Boolean).join(': '),
      path,
    ])
    .filter(([name]) => !names.has(name) && names.add(name))
}
