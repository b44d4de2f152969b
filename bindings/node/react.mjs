'use client'

import { Fragment, createElement, useEffect, useRef, useState } from 'react'
import { follow, mount, reloadWhenRestored } from './mount.mjs'

// What the component takes is in react.d.cts, where editors show it.

export function TicketCenter({
  identity,
  identityUrl = '/deskseal/identity',
  fallback = null,
  scriptUrl,
  align,
  maxWidth,
  container,
  crossorigin,
  nonce,
}) {
  const place = useRef(null)
  const [answer, setAnswer] = useState({})
  const [signatureThatFailed, setSignatureThatFailed] = useState(null)

  const isGiven = identity !== undefined
  const customer = isGiven ? identity : answer.identity
  const { email, signature, helpdeskId } = customer ?? {}
  const hasFailed = signature === signatureThatFailed || (!isGiven && answer.hasFailed)

  useEffect(() => {
    if (isGiven) return undefined
    const receive = (received) => setAnswer({ identity: received })
    return follow(identityUrl, receive, () => setAnswer({ hasFailed: true }))
  }, [isGiven, identityUrl])

  const isSomebodyGiven = isGiven && email !== undefined
  useEffect(() => (isSomebodyGiven ? reloadWhenRestored() : undefined), [isSomebodyGiven])

  useEffect(() => {
    if (email === undefined) return undefined
    const options = { scriptUrl, align, maxWidth, container, crossorigin, nonce }
    const fail = () => setSignatureThatFailed(signature)
    return mount(place.current, { email, signature, helpdeskId }, options, fail)
  }, [email, signature, helpdeskId, scriptUrl, align, maxWidth, container, crossorigin, nonce])

  return createElement(
    Fragment,
    null,
    email === undefined ? null : createElement('div', { ref: place }),
    hasFailed ? fallback : null,
  )
}
