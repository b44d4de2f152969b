'use client'

import { Fragment, createElement, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { follow, mount, reloadWhenRestored } from './mount.mjs'

// What the component takes is in react.d.cts, where editors show it.

/** Runs before the page is painted; servers have no such effects, and older versions of React warn there. */
const useEffectBeforePaint = typeof document === 'undefined' ? useEffect : useLayoutEffect

export function TicketCenter({ identityUrl = '/deskseal/identity', ...props }) {
  if (props.identity !== undefined) return createElement(Given, props)
  // What another server answers is another one's: nothing of the former answer stays.
  return createElement(Asked, { key: identityUrl, identityUrl, ...props })
}

function Given(props) {
  const isSomebody = props.identity !== null
  useEffect(() => (isSomebody ? reloadWhenRestored() : undefined), [isSomebody])
  return createElement(Shown, props)
}

function Asked({ identityUrl, credentials, fallback = null, ...props }) {
  const [{ identity, hasFailed }, setAnswer] = useState({})

  useEffect(() => {
    const receive = (received) => setAnswer({ identity: received })
    return follow(identityUrl, credentials, receive, () => setAnswer({ hasFailed: true }))
  }, [identityUrl, credentials])

  return hasFailed ? fallback : createElement(Shown, { ...props, fallback, identity })
}

function Shown({
  identity,
  fallback = null,
  scriptUrl,
  align,
  maxWidth,
  container,
  crossorigin,
  nonce,
}) {
  const place = useRef(null)
  const mounted = useRef(null)
  const [hasFailed, setHasFailed] = useState(false)
  const { email, signature, helpdeskId } = identity ?? {}
  const options = { scriptUrl, align, maxWidth, container, crossorigin, nonce }
  const shown = JSON.stringify([email, signature, helpdeskId, options])

  // The former customer's ends before the page is painted, and the next one's starts when it has been. What
  // is the same stays, also while the page around it waits for something.
  useEffectBeforePaint(() => {
    if (mounted.current?.shown !== shown) mounted.current?.end()
  }, [shown])
  useEffect(() => {
    if (email === undefined) return undefined
    const fail = () => setHasFailed(true)
    const end = mount(place.current, { email, signature, helpdeskId }, options, fail)
    mounted.current = { shown, end }
    return () => {
      end()
      setHasFailed(false)
    }
  }, [shown])

  return createElement(
    Fragment,
    null,
    email === undefined ? null : createElement('div', { ref: place }),
    hasFailed ? fallback : null,
  )
}
