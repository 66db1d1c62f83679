/** Faults of the official client that no test shows, by their numbers, and why. */
export const notShown: { row: number; what: string; why: string }[] = [
  {
    row: 13,
    what: 'DELETE fails in a mini-program too',
    why: 'its adapter runs inside WeChat only',
  },
  {
    row: 23,
    what: 'listeners are told of the user before',
    why: 'reported of builds before 2.28.8; neither that nor 3.7.0 does it',
  },
]
