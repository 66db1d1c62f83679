import { account } from '../../adapters/client/index.ts'
import { type Edit, gatedEdit } from '../../machines/parts/gatedEdit.ts'
import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import { type Model } from '../support/paths.ts'
import { type Driver, signInAs } from '../support/driver.ts'
import { testPaths } from '../support/testPaths.ts'
import { toFault } from '../support/walk.ts'

const fails = (code: string) => ({ error: new AuthError(code) })
const secret = new Secret('a secret')
const fresh = { sudoToken: secret, expiresAt: 900_000 }
const phone_number = '+86 13800000000'
const email = 'new@example.com'

const edits = {
  'a new password': { type: 'password.change', password: 'a better horse' },
  'a new e-mail': { type: 'contact.replace', email },
  deletion: { type: 'account.delete' },
} as const
type Note = keyof typeof edits

const modelOf = (note: string, input: object): Model => ({
  note,
  input,
  cases: {
    'xstate.done.actor.elevation': [{ output: fresh }],
    'xstate.done.actor.verification': [{ output: { verificationToken: secret } }],
    'xstate.error.actor.elevation': ['internal', 'permission_denied'].map(fails),
    'xstate.error.actor.verification': ['resource_exhausted', 'invalid_argument'].map(fails),
    'xstate.done.actor.getUser': [
      { output: { email }, note: 'set' },
      { output: {}, note: 'not set' },
    ],
    'xstate.error.actor.getUser': ['internal', 'permission_denied'].map(fails),
    ...Object.fromEntries(
      ['setPassword', 'setContact', 'deleteUser'].map((name) => [
        `xstate.error.actor.${name}`,
        ['permission_denied', 'internal', 'failed_precondition'].map(fails),
      ]),
    ),
  },
  facts: (context: Record<'wasRefused' | 'sudo' | 'verificationToken', unknown>) => [
    !!context.sudo,
    context.wasRefused,
    !!context.verificationToken,
  ],
})

const editOf = ([note]: readonly [string, object]): Edit =>
  ({
    ...edits[note as Note],
    ...('password' in edits[note as Note] && { password: secret }),
  }) as Edit

const models = Object.entries(edits).flatMap((entry) => {
  const [note, { type }] = entry
  const edit = editOf(entry)
  const first = modelOf(note, { edit })
  return type === 'contact.replace'
    ? [first, modelOf(`${note}, elevated before`, { edit, sudo: fresh })]
    : [first]
})

/** Makes a first edit, which leaves a sudo token. */
async function elevate(driver: Driver) {
  await driver.enter({ type: 'password.change', password: 'a first horse' })
  const { world } = driver
  await driver.act({ type: 'code.request' })
  await driver.act({ type: 'code.submit', code: world.sandbox.inbox(phone_number)[0]!.code })
}

testPaths({
  flows: { account },
  machine: gatedEdit,
  models,
  async begin(driver, { model }) {
    const [note, isElevated] = model.note!.split(', ')
    await signInAs(driver, { phone_number })
    // What fails is meant for the part.
    await driver.withoutInterruption(async () => {
      await driver.enter({ type: 'flow.start', flow: 'account' })
    })
    if (isElevated) await driver.withoutInterruption(() => elevate(driver))
    await driver.enter(edits[note as Note])
  },
  async arrange({ world }, _step, answers, later) {
    const lost = answers.filter(({ event }) => event.type === 'xstate.error.actor.setContact')
    if (later[1]?.event.note !== 'set' || lost.length === 0) return
    world.faultQueue.push({ ...toFault('setContact'), acts: true })
    return lost
  },
  losses: {
    'elevation on elevation done': [
      // The new password.
      'signedIn: account.askingEdit (setPassword: cancelled)',
      // The proof of the new contact.
      'signedIn: account.askingCode',
    ],
    // The sudo token.
    'verification on verification done': ['signedIn: account.askingCodeRequest'],
    'askingRetry on edit.retry': ['signedIn: account.askingCodeRequest'],
  },
})
