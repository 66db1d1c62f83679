import type { Run } from './subjects.ts'

export const quantile = (values: number[], at: number): number =>
  values.toSorted((a, b) => a - b)[Math.round((values.length - 1) * at)]!
export const median = (values: number[]): number => quantile(values, 0.5)

/** What rounds have shown of a subject. */
export interface Row {
  name: string
  /** Medians of one run in milliseconds, and of its CPU time in this process. */
  ms: number
  cpuMs: number
  /** Medians of the ratios to the first subject, round by round, with their quartiles. */
  ratio: number
  spread: [number, number]
  cpuRatio: number
}

/**
 * Runs subjects in turn, in another order each round, so that whatever else the machine does meets all
 * of them alike.
 *
 * @param rounds how often each subject has its turn
 * @param runs how often it runs in a turn
 */
export async function compare(
  subjects: Record<string, Run>,
  rounds: number,
  runs: number,
): Promise<Row[]> {
  const names = Object.keys(subjects)
  const times = new Map(names.map((name) => [name, { ms: [] as number[], cpu: [] as number[] }]))
  for (let round = -2; round < rounds; round++) {
    for (const name of names.toSorted(() => Math.random() - 0.5)) {
      const since = performance.now()
      const before = process.cpuUsage()
      for (let run = 0; run < runs; run++) await subjects[name]!()
      const { user, system } = process.cpuUsage(before)
      if (round < 0) continue
      times.get(name)!.ms.push((performance.now() - since) / runs)
      times.get(name)!.cpu.push((user + system) / 1000 / runs)
    }
  }
  const first = times.get(names[0]!)!
  return names.map((name) => {
    const { ms, cpu } = times.get(name)!
    const ratios = ms.map((value, round) => value / first.ms[round]!)
    return {
      name,
      ms: median(ms),
      cpuMs: median(cpu),
      ratio: median(ratios),
      spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
      cpuRatio: median(cpu.map((value, round) => value / first.cpu[round]!)),
    }
  })
}
