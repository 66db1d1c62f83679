/** What an option or a call does not do, by the names of the warnings. */
const WARNINGS = {
  persistence: (value: string) =>
    `persistence '${value}' has no effect; the session is kept until it is ended. To keep it elsewhere, give init({ storage })`,
  region: (value: string) =>
    `CloudBase sends codes to phones only in ap-shanghai; this environment is in ${value}`,
}

/** Warns in the console. */
export function warn(name: keyof typeof WARNINGS, value: string): void {
  console.warn(`cloudbase-authflow: ${WARNINGS[name](value)}`)
}
