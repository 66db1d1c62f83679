/** Draws `text` as a picture and answers its `data:` URL. */
export const drawPicture = (text: string): string =>
  `data:image/gif;base64,${Buffer.from(text).toString('base64')}`
