/** Records the messages that `@statelyai/inspect` sends to the window it opens, as Stately's page. */
import { createBrowserReceiver } from '@statelyai/inspect'

const { noteMessage, noteEvent } = window as unknown as {
  noteMessage(data: unknown): void
  noteEvent(event: unknown): void
}

window.addEventListener('message', ({ data }) => noteMessage(data))
createBrowserReceiver().subscribe((event) => noteEvent(event))
