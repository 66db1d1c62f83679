export { contactOf, maskContact } from './contact.ts'
export { countdown, type Countdown } from './countdown.ts'
export type { UiTexts } from './en.ts'
export {
  captchaField,
  eventOf,
  type Field,
  fields,
  type FlowPosition,
  type Forms,
  stepsOf,
  type UiEvent,
  type UiFlows,
} from './fields.ts'
export { renderStep, type Templates } from './templates.ts'
export { titleOf } from './title.ts'
