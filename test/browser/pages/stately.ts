/** What Stately's page does in the window that `@statelyai/inspect` opens: it listens and notes. */
import { createBrowserReceiver } from '@statelyai/inspect'

const { noteMessage, noteEvent } = window as unknown as {
  noteMessage(data: unknown): void
  noteEvent(event: unknown): void
}

window.addEventListener('message', ({ data }) => noteMessage(data))
createBrowserReceiver().subscribe((event) => noteEvent(event))
