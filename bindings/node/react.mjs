'use client'

import { Fragment, createElement, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { mount, reloadWhenRestored, watchIdentity } from './mount.mjs'

// The properties are documented in react.d.cts, where editors show them.

/** Runs before the page is painted. On servers it has no effect, and older versions of React would warn. */
const useEffectBeforePaint = typeof document === 'undefined' ? useEffect : useLayoutEffect

export function TicketCenter({ identityUrl = '/deskseal/identity', ...props }) {
  if (props.identity !== undefined) return createElement(WithIdentity, props)
  // The key creates a new component for another URL, so that nothing of the former identity stays.
  return createElement(WithFetchedIdentity, { key: identityUrl, identityUrl, ...props })
}

function WithIdentity(props) {
  const isSignedIn = props.identity !== null
  useEffect(() => (isSignedIn ? reloadWhenRestored() : undefined), [isSignedIn])
  return createElement(Mounted, props)
}

function WithFetchedIdentity({ identityUrl, credentials, fallback = null, ...props }) {
  const [{ identity, hasFailed }, setAnswer] = useState({})

  useEffect(() => {
    const receive = (received) => setAnswer({ identity: received })
    return watchIdentity(identityUrl, credentials, receive, () => setAnswer({ hasFailed: true }))
  }, [identityUrl, credentials])

  return hasFailed ? fallback : createElement(Mounted, { ...props, fallback, identity })
}

function Mounted({
  identity,
  fallback = null,
  scriptUrl,
  align,
  maxWidth,
  container,
  crossorigin,
  nonce,
}) {
  const element = useRef(null)
  const mounted = useRef(null)
  const [hasFailed, setHasFailed] = useState(false)
  const { email, signature, helpdeskId } = identity ?? {}
  const options = { scriptUrl, align, maxWidth, container, crossorigin, nonce }
  const shown = JSON.stringify([email, signature, helpdeskId, options])

  // The former customer's Ticket Center is removed before the page is painted, and the next one starts after.
  // If nothing has changed, it stays, also while the page around it is suspended.
  useEffectBeforePaint(() => {
    if (mounted.current?.shown !== shown) mounted.current?.end()
  }, [shown])
  useEffect(() => {
    if (email === undefined) return undefined
    const fail = () => setHasFailed(true)
    const end = mount(element.current, { email, signature, helpdeskId }, options, fail)
    mounted.current = { shown, end }
    return () => {
      end()
      setHasFailed(false)
    }
  }, [shown])

  return createElement(
    Fragment,
    null,
    email === undefined ? null : createElement('div', { ref: element }),
    hasFailed ? fallback : null,
  )
}
