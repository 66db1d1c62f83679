import type { PropsWithChildren } from 'react'
import './app.css'

export default ({ children }: PropsWithChildren) => children
