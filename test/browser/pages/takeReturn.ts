import { takeReturn } from 'cloudbase-authflow'

history.replaceState({ app: 'kept' }, '', location.href)
Object.assign(globalThis, { returned: takeReturn() })
