/// <reference types="@tarojs/taro" />
/// <reference types="node" />

import '@tarojs/components'

declare module '@tarojs/components/types/common' {
  interface StandardProps {
    role?: string
  }
}
