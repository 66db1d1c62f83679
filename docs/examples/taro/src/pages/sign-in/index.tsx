import { Button, Input, Text, View } from '@tarojs/components'
import { messageFor } from 'cloudbase-authflow/messages/en'
import { useEffect, useState } from 'react'
import { type AuthView, opened } from '../../client'
import { type Action, nextScreen, type Screen, secondsUntil } from '../../screens'

const send = async (event: Action['event']) => {
  const auth = await opened
  auth.send(event)
}

const follow = async (show: (view: AuthView) => void) => {
  const auth = await opened
  return auth.subscribe(show)
}

/** The name of a field: in a browser it belongs on the input within Taro's element. */
const named = (label: string) =>
  process.env.TARO_ENV === 'h5' ? { nativeProps: { 'aria-label': label } } : { 'aria-label': label }

export default function Page() {
  const [view, setView] = useState<AuthView>()
  const [screen, setScreen] = useState<Screen>()

  useEffect(() => {
    const stopped = follow((next) => {
      setView(next)
      setScreen((before) => nextScreen(before, next))
    })
    return () => void stopped.then((stop) => stop())
  }, [])

  return (
    <View className="page" role="main">
      {screen ? <Form key={screen.title} {...{ screen, view }} /> : <Home view={view} />}
    </View>
  )
}

function Home({ view }: { view?: AuthView }) {
  if (view?.status !== 'signedIn')
    return (
      <View className="card" role="status">
        One moment …
      </View>
    )
  return (
    <View className="card">
      <View className="title" role="heading" aria-level={1}>
        Your boats
      </View>
      <Text>You are signed in.</Text>
      <Text className="quiet">User {view.user?.uid}</Text>
      <Button role="button" onClick={() => send({ type: 'session.end' })}>
        Sign out
      </Button>
    </View>
  )
}

function Form({ screen, view }: { screen: Screen; view?: AuthView }) {
  const [text, setText] = useState('')
  const [isFocused, setIsFocused] = useState(false)
  const error = view?.captcha ? view.captcha.error : view?.error
  const isBusy = !!(view?.captcha?.busy ?? view?.busy)
  const submit = () => send(screen.event(text))
  const { title, note, picture, field, actions } = screen

  useEffect(() => setText(''), [picture])
  // The user may type at once: into a new field, or into the one that was refused.
  useEffect(() => {
    setIsFocused(false)
    const timer = setTimeout(() => setIsFocused(true))
    return () => clearTimeout(timer)
  }, [error])

  return (
    <View className="card" aria-busy={isBusy}>
      <View className="title" role="heading" aria-level={1}>
        {title}
      </View>
      {note && <Text>{note}</Text>}
      {picture && (
        <View
          className="picture"
          style={{ backgroundImage: `url(${picture})` }}
          role="img"
          aria-label="Characters to type"
        />
      )}
      {field && (
        <View className="field">
          <Text aria-hidden>{field.label}</Text>
          <Input
            className="input"
            type={field.type ?? 'text'}
            value={text}
            focus={isFocused}
            {...named(field.label)}
            onInput={({ detail }) => setText(detail.value)}
            onConfirm={submit}
          />
        </View>
      )}
      {error && (
        <View className="wrong" role="alert">
          {messageFor(error)}
        </View>
      )}
      <Button
        className="primary"
        role="button"
        disabled={isBusy}
        aria-disabled={isBusy}
        onClick={submit}
      >
        {screen.submit}
      </Button>
      {actions?.map((action) => (
        <ActionButton key={action.label} {...{ action, isBusy }} />
      ))}
    </View>
  )
}

function ActionButton({ action, isBusy }: { action: Action; isBusy: boolean }) {
  const [now, setNow] = useState(Date.now())
  const seconds = secondsUntil(action.at, now)

  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250)
    return () => clearInterval(timer)
  }, [])

  const isDisabled = isBusy || seconds > 0
  return (
    <Button
      role="button"
      disabled={isDisabled}
      aria-disabled={isDisabled}
      onClick={() => send(action.event)}
    >
      {seconds ? `${action.label} in ${seconds} s` : action.label}
    </Button>
  )
}
