import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import { signIn } from '../../machines/flows/signIn.ts'
import { verification } from '../../machines/parts/verification.ts'
import type { Model, Step } from '../support/paths.ts'
import { testPaths } from '../support/testPaths.ts'
import { codeOf } from '../support/walk.ts'

const fails = (code: string) => ({ error: new AuthError(code) })
const SAME_CONTACT = 'returning with the same contact'
const isRejected = (answer: Step) => codeOf(answer) === 'invalid_argument'
const phone_number = '+86 13800000000'

const model: Model = {
  input: { contact: { phone_number } },
  cases: {
    'code.submit': [{ code: 'right' }, { code: ' ', note: 'blank' }],
    'xstate.done.actor.sendVerification': [
      { output: { verification_id: 'v', expires_in: 600, is_user: false } },
    ],
    'xstate.done.actor.verify': [{ output: { verification_token: new Secret('a secret') } }],
    'xstate.error.actor.sendVerification': [fails('resource_exhausted')],
    'xstate.error.actor.verify': ['invalid_argument', 'aborted'].map(fails),
  },
  facts: (context: { verificationId?: string; resendAt?: number; expiresAt: number }) => [
    !!context.verificationId,
    !!context.resendAt,
    context.expiresAt > 0,
  ],
  // A new code can be sent before the old one expires.
  canHappen: (type, { resendAt }: { resendAt?: number }) =>
    type !== 'xstate.done.actor.untilExpiry' || !resendAt,
}

testPaths({
  flows: { signIn },
  machine: verification,
  models: [
    model,
    {
      ...model,
      note: SAME_CONTACT,
      cases: { ...model.cases, 'xstate.error.actor.sendVerification': [] },
    },
  ],
  async begin(driver, path) {
    await driver.enter({ type: 'flow.start', flow: 'signIn' })
    await driver.enter({ type: 'contact.submit', phone_number })
    if (path.model.note !== SAME_CONTACT) return
    await driver.enter({ type: 'contact.change' })
    await driver.enter({ type: 'contact.submit', phone_number: '13800000000' })
  },
  // The server rejects a wrong code without a fault.
  arrange: async (_driver, { event }, answers) =>
    event.type === 'code.submit' ? answers.filter(isRejected) : [],
  actions: {
    'code.submit': ({ world: { sandbox } }, { event }, answers) => ({
      ...event,
      ...('note' in event
        ? undefined
        : { code: answers.some(isRejected) ? 'wrong' : (sandbox.inbox()[0]?.code ?? 'none') }),
    }),
  },
})
