import { mount, unmount } from 'svelte'
import { expose } from './client.ts'
import SignIn from './SignIn.svelte'

let renders = 0
const onRender = () => void renders++

expose({
  mount(target) {
    const component = mount(SignIn, { target, props: { onRender } })
    return () => unmount(component)
  },
  renders: () => renders,
})
