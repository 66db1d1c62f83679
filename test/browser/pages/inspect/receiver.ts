/** The window of `@xstate/inspect` 0.8, in the frame of a page. */
import { type Received, receiveFromWindow } from '../../../legacy/receivers.ts'

const received: Received[] = []
Object.assign(window, { received })
receiveFromWindow((event) => received.push(event))
