/** A plugin of TypeDoc: gives each module the name it is imported by. */
import { Converter } from 'typedoc'
import { entries } from './typedoc.config.js'

export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_context, reflection) => {
    const entry = entries.find(
      ({ file }) => file.replace(/(\/index)?\.ts$/, '') === reflection.name,
    )
    if (entry) reflection.name = entry.name
  })
}
