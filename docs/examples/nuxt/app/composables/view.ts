import type { InitialView } from 'cloudbase-authflow/server'

/** Who is signed in. The server has read it before it renders, so that the first paint is right. */
export const useView = () => useState<InitialView>('view')

/** Reads it again, after a sign-in or a sign-out. */
export async function refreshView(): Promise<void> {
  const view = useView()
  view.value = await useRequestFetch()<InitialView>('/api/view')
}
