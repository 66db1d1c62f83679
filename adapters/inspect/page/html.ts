/** The inspector page as one HTML text. The build writes it into this module, see `build/inspectorPage.ts`. */
export const html: string = ''
