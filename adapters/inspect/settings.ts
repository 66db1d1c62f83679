import type { Trace } from './trace.ts'

/** What the place that shows the inspector page adds to it. */
export interface Settings {
  /** The WebSocket that brings traces. */
  socket?: string
  /** An address that answers a chart with its layout. */
  layoutUrl?: string
  /** A trace to open. */
  trace?: Trace
  /** Default: that of the browser. */
  language?: 'en' | 'zh'
}

/** Writes the settings into the HTML of the page. */
export function withSettings(html: string, settings: Settings): string {
  const text = JSON.stringify(settings).replaceAll('<', '\\u003c')
  return html.replace(/<script id="settings"[^>]*>/, (tag) => tag + text)
}
