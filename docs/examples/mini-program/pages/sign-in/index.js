const { messageFor } = require('cloudbase-authflow/messages/zh')
const { opened, signInByWechat } = require('../../auth')

Page({
  data: { step: '', status: 'unknown', isBusy: false, message: '', canResend: false },

  async onLoad() {
    this.auth = await opened
    this.stop = this.auth.subscribe((view) => {
      const { status, step, busy, user, code, captcha, error, can } = view
      const { phone_number, email } = (code && code.contact) || {}
      // While the machine works the form of the last step stays.
      const asking = step && step.startsWith('asking') ? step : this.data.step
      const failure = captcha ? captcha.error : error
      this.setData({
        status,
        step: step ? asking : '',
        isBusy: busy,
        uid: user ? user.uid : '',
        contact: phone_number || email || '',
        picture: captcha ? captcha.image : '',
        canResend: can({ type: 'code.resend' }),
        message: failure ? messageFor(failure) : '',
      })
    })
  },
  onUnload() {
    if (this.stop) this.stop()
  },

  submitContact({ detail: { value } }) {
    const { contact } = value
    const field = contact.includes('@') ? { email: contact } : { phone_number: contact }
    this.auth.send({ type: 'contact.submit', ...field })
  },
  submitCode({ detail: { value } }) {
    this.auth.send({ type: 'code.submit', code: value.code })
  },
  submitProfile({ detail: { value } }) {
    this.auth.send({ type: 'profile.submit', profile: { name: value.name } })
  },
  answerCaptcha({ detail: { value } }) {
    this.auth.send({ type: 'captcha.answer', text: value.text })
  },
  /** Sends the event that a button names: `data-event="code.resend"`. */
  send({ currentTarget }) {
    this.auth.send({ type: currentTarget.dataset.event })
  },
  signInByWechat() {
    this.setData({ message: '' })
    return signInByWechat().catch((error) => this.setData({ message: messageFor(error) }))
  },
})
