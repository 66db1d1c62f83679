import { mount, unmount } from 'svelte'
import { show } from './door.ts'
import Store from './Store.svelte'

let drawings = 0
const drawn = () => void drawings++

show({
  mount(target) {
    const window = mount(Store, { target, props: { drawn } })
    return () => unmount(window)
  },
  drawings: () => drawings,
})
