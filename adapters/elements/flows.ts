import type { PropertyValues } from 'lit'
import type { Controller } from './controller.ts'
import { FlowElement } from './flowElement.ts'
import type { UiView } from './screens.ts'

/**
 * `<authflow-sign-in>` signs in and up, by code, password, provider or as a guest, and resets a
 * forgotten password. It shows nothing while a user is signed in.
 *
 * @example
 *   <authflow-sign-in env="my-env"></authflow-sign-in>
 */
export class AuthflowSignIn extends FlowElement {
  protected override onStatus(before: UiView['status'], { status, user }: UiView): void {
    if (before === 'signedOut' && (status === 'signedIn' || status === 'anonymous'))
      this.dispatch('authflow-signed-in', { uid: user?.uid, isGuest: status === 'anonymous' })
  }

  protected override isFor({ view: { status, flow }, isShown, isFinishedPopup }: Controller) {
    if (flow === 'resetPassword') return !isShown('authflow-reset-password')
    if (flow === 'signIn' || flow === 'provider' || flow === 'hostedLogin') return true
    return isFinishedPopup || status === 'unknown' || (status === 'signedOut' && !flow)
  }
}

/**
 * `<authflow-account>` shows the signed-in user, edits the account, and lets a guest upgrade. It shows
 * nothing while signed out.
 */
export class AuthflowAccount extends FlowElement {
  protected override onStatus(before: UiView['status'], { status, error }: UiView): void {
    if (before !== 'unknown' && status === 'signedOut')
      this.dispatch('authflow-signed-out', { error })
  }

  protected override isFor({ view: { status, flow }, isShown }: Controller) {
    if (flow === 'upgrade') return !isShown('authflow-upgrade')
    return flow === 'account' || (!flow && (status === 'signedIn' || status === 'anonymous'))
  }

  /** Reads the user from the server again; settles when that is done or has failed. */
  async refresh(): Promise<void> {
    await this.controller?.loadUser()
  }
}

/** An element for one flow, which it starts when it is first shown. */
abstract class OneFlowElement extends FlowElement {
  #hasStarted = false
  protected abstract readonly flow: 'upgrade' | 'resetPassword'

  /** Starts the flow, if the user may. */
  start(): void {
    const event = { type: 'flow.start', flow: this.flow } as const
    if (this.controller?.can(event)) this.controller.send(event)
  }

  protected override onStatus(): void {}

  protected override updated(changed: PropertyValues): void {
    super.updated(changed)
    const { controller, flow } = this
    if (this.#hasStarted || !controller || controller.view.status === 'unknown') return
    const isRunning = controller.view.flow === flow
    if (!isRunning && !controller.can({ type: 'flow.start', flow })) return
    this.#hasStarted = true
    if (!isRunning) this.start()
  }
}

/** `<authflow-upgrade>` turns a guest into a registered user. It shows nothing for other users. */
export class AuthflowUpgrade extends OneFlowElement {
  protected override readonly flow = 'upgrade'

  protected override isFor({ view: { flow } }: Controller) {
    return flow === 'upgrade'
  }
}

/** `<authflow-reset-password>` sets a new password in place of a forgotten one, and signs in with it. */
export class AuthflowResetPassword extends OneFlowElement {
  protected override readonly flow = 'resetPassword'

  protected override isFor({ view: { flow } }: Controller) {
    return flow === 'resetPassword'
  }
}
