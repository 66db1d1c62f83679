import { last } from '../../../services/lists.ts'
import { type Model, type Picture, rerun, type Story } from '../../testing/index.ts'

/**
 * Runs stories from start to end. A story that was found is put together from several runs, in which other amounts of
 * time had passed: what a token that has expired meanwhile adds is only seen in one run.
 *
 * @returns the stories as they are, without those that are not possible in one run
 */
export async function exactStories(stories: readonly Story[], world: Model): Promise<Story[]> {
  const exact: Story[] = []
  for (const { choices } of stories) {
    const { story, stopped } = await rerun(choices, world, [])
    if (stopped === undefined) exact.push(story)
  }
  return exact
}

/** The same for pictures. */
export async function exactPictures(
  pictures: readonly Picture[],
  world: Model,
): Promise<Picture[]> {
  const exact: Picture[] = []
  for (const { name, story } of pictures) {
    const [found] = await exactStories([story], world)
    const look = last(found?.steps ?? [])?.look
    if (found && look) exact.push({ name, look, story: found })
  }
  return exact
}
