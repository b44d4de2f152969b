'use strict'

// The functions of the addon over the WebAssembly build, for runtimes without addons. Arguments and answers cross in
// one buffer of the instance's memory, as bindings/bridge/src/exports.rs says.

const { unescaped } = require('./arguments.cjs')

/** The length of an argument that is `undefined`. */
const NONE = 0xffffffff

/** What a UTF-16 code unit needs at most in UTF-8. */
const BYTES_PER_UNIT = 3

/** A byte that no UTF-8 text contains: the core rejects it as ill-formed. */
const ILL_FORMED = 0xff

/** The number of random bytes for a secret and for the id of a token. */
const SECRET_BYTES = 32
const TOKEN_ID_BYTES = 16

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** An instance with its buffer. */
class Instance {
  #exports
  #bytes = new Uint8Array()
  #view
  #buffer
  #isBroken = false

  constructor(module) {
    this.#exports = new WebAssembly.Instance(module).exports
    addMethods(this.#exports)
    this.#reserve(1)
  }

  get isBroken() {
    return this.#isBroken
  }

  /** Calls a function with its arguments, and returns its answer: a text, or `null`. */
  call(name, handle, given) {
    let end = 0
    for (let index = 0; index < given.length; index += 1) end = this.#write(given[index], end)
    return this.#answer(name, handle, end)
  }

  /** Calls a function that takes a number alone, and returns its answer. */
  ask(name, number) {
    return this.#answer(name, undefined, number)
  }

  /** Overwrites the buffer, which contained a secret. */
  wipe() {
    this.#exports.deskseal_wipe()
  }

  free(handle) {
    if (!this.#isBroken) this.#exports.deskseal_free(handle)
  }

  #answer(name, handle, last) {
    if (this.#isBroken) throw stopped()
    const called = this.#exports[name]
    let length
    try {
      length = handle === undefined ? called(last) : called(handle, last)
    } catch (cause) {
      // The instance stopped in the middle of a call, so that its memory is not to be trusted.
      this.#isBroken = true
      throw stopped(cause)
    }
    if (length === -1) return null
    const count = Math.abs(length)
    this.#reserve(count)
    const answer = this.#read(count)
    if (length < 0) throw failure(answer)
    return answer
  }

  /** Returns the buffer's first bytes as text. Where there is a `Buffer`, it is twice as fast as a decoder. */
  #read(count) {
    if (this.#buffer !== undefined) return this.#buffer.toString('utf8', 0, count)
    return decoder.decode(this.#bytes.subarray(0, count))
  }

  /** Writes the argument from `start` on, and returns its end. */
  #write(value, start) {
    switch (typeof value) {
      case 'string':
        return this.#writeText(value, start)
      case 'number':
        this.#reserve(start + 12)
        this.#view.setUint32(start, 8, true)
        this.#view.setUint32(start + 4, value >>> 0, true)
        this.#view.setInt32(start + 8, Math.floor(value / 2 ** 32), true)
        return start + 12
      case 'boolean':
        this.#reserve(start + 5)
        this.#view.setUint32(start, 1, true)
        this.#bytes[start + 4] = Number(value)
        return start + 5
      case 'undefined':
        this.#reserve(start + 4)
        this.#view.setUint32(start, NONE, true)
        return start + 4
      default:
        return Array.isArray(value) ? this.#writeList(value, start) : this.#writeBytes(value, start)
    }
  }

  #writeText(text, start) {
    const { length } = text
    const first = start + 4
    this.#reserve(first + length * BYTES_PER_UNIT)
    const bytes = this.#bytes
    let end = first
    for (let index = 0; index < length; index += 1) {
      const unit = text.charCodeAt(index)
      if (unit > 0x7f) {
        end = this.#encode(text, first)
        break
      }
      bytes[end] = unit
      end += 1
    }
    this.#view.setUint32(start, end - first, true)
    return end
  }

  #encode(text, start) {
    if (text.isWellFormed())
      return start + encoder.encodeInto(text, this.#bytes.subarray(start)).written
    this.#bytes[start] = ILL_FORMED
    return start + 1
  }

  #writeBytes(bytes, start) {
    const end = start + 4 + bytes.length
    this.#reserve(end)
    this.#view.setUint32(start, bytes.length, true)
    this.#bytes.set(bytes, start + 4)
    return end
  }

  #writeList(values, start) {
    let end = start + 4
    for (const value of values) end = this.#write(value, end)
    this.#reserve(end)
    this.#view.setUint32(start, end - start - 4, true)
    return end
  }

  /** Makes the buffer at least that long. It moves when it grows, and when the memory grows. */
  #reserve(length) {
    if (length <= this.#bytes.length) return
    const size = Math.max(length, USUAL_BYTES)
    const start = this.#exports.deskseal_buffer(size)
    const { buffer } = this.#exports.memory
    this.#bytes = new Uint8Array(buffer, start, size)
    this.#view = new DataView(buffer, start, size)
    this.#buffer = globalThis.Buffer?.from(buffer, start, size)
  }
}

/** The buffer's first size. */
const USUAL_BYTES = 8 * 1024

/** Returns the error for a failure's parts, which `startingAt` of errors.cjs reads. */
function failure(answer) {
  const [kind, code, message, isAboutCustomer] = partsOf(answer)
  return kind === 'internal'
    ? new Error(message)
    : [kind, code, message, isAboutCustomer === 'true']
}

function stopped(cause) {
  return new Error(
    'Internal error in deskseal; nothing was signed or verified. Make the signer or verifier again, and please ' +
      'report this bug.',
    { cause },
  )
}

/** Frees the signers and verifiers that JavaScript no longer uses, where the runtime tells of them. */
const registry =
  typeof FinalizationRegistry === 'function'
    ? new FinalizationRegistry(({ instance, handle }) => instance.free(handle))
    : undefined

/** A signer or verifier of an instance. The names of the build's functions give it its methods. */
class Handle {
  #instance
  #handle

  constructor(instance, created) {
    this.#instance = instance
    this.#handle = Number(created)
    registry?.register(this, { instance, handle: this.#handle })
  }

  call(name, given) {
    return this.#instance.call(name, this.#handle, given)
  }
}

/** Where the id of a token is among the arguments, and where random bytes take its place. */
const TOKEN_IDS = {
  identity_token: [6, 9],
  ticket_center_with_token: [6, 9],
  portal_link_with_token: [4, 7],
}

const PREFIX = 'deskseal_'

function addMethods(exports) {
  for (const exported of Object.keys(exports)) {
    const name = exported.slice(PREFIX.length)
    const spelled = name.replace(/_(.)/g, (_, letter) => letter.toUpperCase())
    if (exported.startsWith(PREFIX)) Handle.prototype[spelled] ??= methodOf(name)
  }
}

function methodOf(name) {
  const exported = PREFIX + name
  const tokenId = TOKEN_IDS[name]
  if (tokenId !== undefined) {
    return function (...given) {
      return this.call(exported, withTokenId(given, ...tokenId))
    }
  }
  if (name.startsWith('explain_')) {
    return function (...given) {
      return partsOf(this.call(exported, given))
    }
  }
  return function (...given) {
    return this.call(exported, given)
  }
}

/** Returns the parts of a text, each of which ends with a zero. */
function partsOf(text) {
  return text.slice(0, -1).split('\0').map(unescaped)
}

/** Returns the arguments with random bytes at `random`, if they have no token id. */
function withTokenId(given, tokenId, random) {
  if (given[tokenId] === undefined) given[random] = randomBytes(TOKEN_ID_BYTES)
  return given
}

function randomBytes(count) {
  return crypto.getRandomValues(new Uint8Array(count))
}

/** Returns the addon's functions. `compiled` returns the compiled build, and is called at the first use. */
function nativeOf(compiled) {
  let current
  const instance = () => {
    if (current === undefined || current.isBroken) current = new Instance(compiled())
    return current
  }
  const call = (name, ...given) => instance().call(name, undefined, given)
  return {
    canonicalEmail: (email) => call('deskseal_canonical_email', email),
    canonicalHost: (host) => call('deskseal_canonical_host', host),
    publicFormUrl: (url) => call('deskseal_public_form_url', url),
    portalHost: (url) => call('deskseal_portal_host', url),
    generateSecret() {
      const entropy = randomBytes(SECRET_BYTES)
      const secret = call('deskseal_generate_secret', entropy)
      instance().wipe()
      entropy.fill(0)
      return secret
    },
    responseUnlessClick(target, headers) {
      const received = [target, headers].map((texts) => texts.map((text) => text.toWellFormed()))
      const answer = call('deskseal_response_unless_click', ...received)
      return answer === null ? null : partsOf(answer)
    },
    attributeNames: (number) => partsOf(instance().ask('deskseal_attribute_names', number)),
    createSigner(...secrets) {
      const own = instance()
      return new Handle(own, own.call('deskseal_create_signer', undefined, secrets))
    },
    createVerifier(...secrets) {
      const own = instance()
      return new Handle(own, own.call('deskseal_create_verifier', undefined, secrets))
    },
  }
}

module.exports = { nativeOf }
