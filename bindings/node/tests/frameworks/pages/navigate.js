// Stands for Livewire's `wire:navigate.hover`: fetches a link when the pointer is over it, and puts the
// body of the answer into the page when it is clicked.
;(() => {
  const fetched = new Map()

  function fetchOnce(href) {
    const get = async () => {
      const response = await fetch(href, { headers: { 'X-Livewire-Navigate': '1' } })
      return { url: response.url, html: await response.text() }
    }
    if (!fetched.has(href)) fetched.set(href, get())
    return fetched.get(href)
  }

  async function go(href) {
    const { url, html } = await fetchOnce(href)
    const next = new DOMParser().parseFromString(html, 'text/html')
    history.pushState({}, '', url)
    document.title = next.title
    document.body.replaceWith(document.adoptNode(next.body))
  }

  const linkOf = ({ target }) => target.closest?.('a')
  addEventListener('mouseover', (event) => linkOf(event) && fetchOnce(linkOf(event).href))
  addEventListener('click', (event) => {
    const link = linkOf(event)
    if (!link) return
    event.preventDefault()
    go(link.href)
  })
})()
