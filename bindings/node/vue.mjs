import {
  computed,
  defineComponent,
  h,
  onActivated,
  onDeactivated,
  onMounted,
  ref,
  shallowRef,
  watch,
} from 'vue'
import { mount, reloadWhenRestored, watchIdentity } from './mount.mjs'

// The properties are documented in vue.d.cts, where editors show them.

const TEXT = { type: String, default: undefined }

/** The props that are options of the markup. */
const OPTIONS = ['scriptUrl', 'align', 'maxWidth', 'container', 'crossorigin', 'nonce']

export const TicketCenter = defineComponent({
  name: 'TicketCenter',
  props: {
    identity: { type: Object, default: undefined },
    identityUrl: { type: String, default: '/deskseal/identity' },
    credentials: TEXT,
    scriptUrl: TEXT,
    align: TEXT,
    maxWidth: TEXT,
    container: TEXT,
    crossorigin: Boolean,
    nonce: TEXT,
  },
  setup(props, { slots }) {
    const place = ref(null)
    const answer = shallowRef({})
    const hasScriptFailed = ref(false)
    const isInPage = useIsInPage()

    const customer = computed(() =>
      props.identity === undefined ? answer.value.identity : props.identity,
    )
    const hasFailed = computed(() => answer.value.hasFailed || hasScriptFailed.value)

    watch(
      [
        () => isInPage.value && props.identity === undefined && props.identityUrl,
        () => props.credentials,
      ],
      ([url, credentials], before, onCleanup) => {
        answer.value = {}
        if (url === false) return
        const receive = (identity) => (answer.value = { identity })
        onCleanup(
          watchIdentity(url, credentials, receive, () => (answer.value = { hasFailed: true })),
        )
      },
    )

    watch(
      () => isInPage.value && Boolean(props.identity),
      (isSignedIn, before, onCleanup) => {
        if (isSignedIn) onCleanup(reloadWhenRestored())
      },
    )

    watch(
      [place, isInPage, ...textsOf(customer), ...optionsOf(props)],
      ([element, isShown, email, signature, helpdeskId, ...values], before, onCleanup) => {
        if (!element || !isShown) return
        const options = Object.fromEntries(values.map((value, index) => [OPTIONS[index], value]))
        const fail = () => (hasScriptFailed.value = true)
        const end = mount(element, { email, signature, helpdeskId }, options, fail)
        onCleanup(() => {
          end()
          hasScriptFailed.value = false
        })
      },
      { flush: 'post' },
    )

    return () => [
      customer.value ? h('div', { ref: place }) : null,
      hasFailed.value ? slots.fallback?.() : null,
    ]
  },
})

/** Tells whether the component is in the page: `KeepAlive` removes it and inserts it again. */
function useIsInPage() {
  const isInPage = ref(false)
  onMounted(() => (isInPage.value = true))
  onActivated(() => (isInPage.value = true))
  onDeactivated(() => (isInPage.value = false))
  return isInPage
}

/** Returns sources that change with the texts, but not with another object of the same texts. */
function textsOf(customer) {
  return ['email', 'signature', 'helpdeskId'].map((name) => () => customer.value?.[name])
}

function optionsOf(props) {
  return OPTIONS.map((name) => () => props[name])
}
