import { mount, unmount } from 'svelte'
import { show } from './door.ts'
import SignIn from './SignIn.svelte'

let drawings = 0
const drawn = () => void drawings++

show({
  mount(target) {
    const window = mount(SignIn, { target, props: { drawn } })
    return () => unmount(window)
  },
  drawings: () => drawings,
})
