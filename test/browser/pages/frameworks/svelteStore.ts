import { mount, unmount } from 'svelte'
import { expose } from './client.ts'
import Store from './Store.svelte'

let renders = 0
const onRender = () => void renders++

expose({
  mount(target) {
    const component = mount(Store, { target, props: { onRender } })
    return () => unmount(component)
  },
  renders: () => renders,
})
