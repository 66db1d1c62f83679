/** The cloud functions of the app, as the sandbox runs them. */
import type { CloudFunction } from 'cloudbase-authflow-sandbox'

/** Says how many notes there are. */
export const summarize: CloudFunction = (event, { uid }) => {
  const { count } = event as { count: number }
  return { text: `${uid} has ${count} ${count === 1 ? 'note' : 'notes'}.` }
}
