# frozen_string_literal: true

module Deskseal
  # The methods that views get.
  module Helpers
    # Turbo, htmx and instant.page neither fetch nor follow a link with these attributes.
    IGNORED_BY_LIBRARIES = {
      data: { turbo: false, turbo_prefetch: false, no_instant: "" }, "hx-boost": false, rel: "nofollow"
    }.freeze
    private_constant :IGNORED_BY_LIBRARIES

    # Shows the customer's Ticket Center, or nothing if no customer is signed in.
    #
    # The page's Content-Security-Policy nonce is Rails' own. The page is sent with
    # `Cache-Control: private, no-store`. htmx keeps no copy of it, and Turbo keeps none if the layout yields `:head`.
    #
    # A customer whose address cannot be signed sees the block, by default a link to the portal's public form,
    # and the code is logged. Where Rails shows errors, the error is raised.
    #
    # @param customer [Object, nil] the signed-in customer: `current_user`
    # @param options [Hash] `align:`, `max_width:`, `container:`, `script_url:`, `crossorigin:` and
    #   `nonce:` of {Signer#ticket_center}
    # @yield the markup for a customer whose address cannot be signed
    # @return [ActiveSupport::SafeBuffer, nil]
    #
    # @example
    #   <%= ticket_center_tag current_user, align: "left" %>
    def ticket_center_tag(customer, **options, &fallback)
      return unless customer

      deskseal_keep_private
      deskseal_keep_out_of_fragments
      options[:nonce] = options[:nonce].presence || deskseal_nonce
      embed = Desk.current.embed(customer, **options)
      turbo_exempts_page_from_cache if respond_to?(:turbo_exempts_page_from_cache)
      "#{Contract::NO_HISTORY}#{embed.html}".html_safe
    rescue Error => error
      Desk.current.report(error)
      fallback ? capture(&fallback) : deskseal_public_link
    end

    # Returns a link to the action that redirects to the portal, at the route `deskseal_portal`.
    #
    # The link is the same for all visitors and does not expire: the action signs when the customer clicks. Its
    # attributes make libraries that replace pages ignore it, since they cannot follow a redirect to another site.
    # Without that route, the link is the portal's public one, and this is logged. Where Rails shows errors, it is
    # raised.
    #
    # @param name [String, nil] the link's text, or a block
    # @param html_options [Hash] those of `link_to`
    # @return [ActiveSupport::SafeBuffer]
    #
    # @example
    #   <%= portal_link_to "Help" %>
    def portal_link_to(name = nil, html_options = {}, &block)
      name, html_options = nil, name || {} if block
      html_options = IGNORED_BY_LIBRARIES.deep_merge(html_options)
      return link_to(deskseal_portal_address, html_options, &block) if block

      link_to(name, deskseal_portal_address, html_options)
    end

    private

    # A generator that reads the session's id returns an empty text before the session has one.
    def deskseal_nonce
      content_security_policy_nonce.presence if respond_to?(:content_security_policy_nonce)
    end

    def deskseal_keep_private
      PrivatePages.mark(request.env)
    end

    # Rails 7.0 and newer tell whether a fragment is cached, which would show one customer's page to all.
    def deskseal_keep_out_of_fragments
      return unless respond_to?(:caching?, true) && caching?

      sentence = "Move ticket_center_tag out of the cache block: all visitors would see this customer's tickets."
      raise Error.new(sentence, code: "fragment_cached")
    end

    def deskseal_portal_address
      return deskseal_portal_path if respond_to?(:deskseal_portal_path)

      sentence = 'portal_link_to needs a route: get "support/portal", to: "support#portal", as: :deskseal_portal'
      Desk.current.report(Error.new(sentence, code: "route_missing"))
      Desk.current.public_link.to_s
    end

    def deskseal_public_link
      link = Desk.current.public_link
      link && link_to(t("deskseal.contact_support", default: "Contact support"), link)
    end
  end
end
