/** Loads what the client imports when it is first needed, so that no test waits for a module. */
import '../../adapters/client/flowStorage.ts'
import '../../adapters/client/warnIgnored.ts'
import '../../services/platform/popup.ts'
import '../../services/snapshot.ts'
import 'superjson'
import '../../services/http/caller.ts'
