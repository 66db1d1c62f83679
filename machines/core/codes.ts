import { type ActorRefFrom, type AnyActorRef, fromTransition } from 'xstate'
import type { SentCode } from '../../services/sentCode.ts'

type CodesEvent =
  /** `at`: milliseconds since the epoch. */
  | { type: 'code.sent'; code: SentCode; at: number }
  /** The code has been used, or cannot be used any more. */
  | { type: 'code.spent'; key: string }
  /** A reload goes on with the codes of the page before. */
  | { type: 'codes.restore'; codes: readonly SentCode[] }

type Codes = ReadonlyMap<string, SentCode>

/**
 * Remembers the newest code of every contact until another one may be sent, so that leaving the code
 * step and returning with the same contact goes on with the code that is on its way.
 */
export const codes = fromTransition<Codes, CodesEvent, AnyActorRef['system'], undefined>(
  (sent, event) => {
    switch (event.type) {
      case 'code.sent': {
        const { code, at } = event
        const ahead = [...sent.values()].filter(({ resendAt }) => resendAt > at)
        return byKey([...ahead, code])
      }
      case 'code.spent':
        return byKey([...sent.values()].filter(({ key }) => key !== event.key))
      case 'codes.restore':
        return byKey(event.codes)
    }
  },
  new Map(),
)

const byKey = (codes: readonly SentCode[]): Codes => new Map(codes.map((code) => [code.key, code]))

/** @returns the actor that remembers sent codes; undefined outside a client */
export const codesOf = (system: AnyActorRef['system']): ActorRefFrom<typeof codes> | undefined =>
  system.get('codes')
