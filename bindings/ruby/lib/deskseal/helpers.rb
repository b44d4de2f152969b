# frozen_string_literal: true

module Deskseal
  # What views have.
  module Helpers
    # Turbo, htmx and instant.page neither fetch nor follow a link with these attributes.
    LEFT_ALONE = {
      data: { turbo: false, turbo_prefetch: false, no_instant: "" }, "hx-boost": false, rel: "nofollow"
    }.freeze
    private_constant :LEFT_ALONE

    # Shows the customer's Ticket Center, and nothing where nobody is signed in.
    #
    # The page's Content-Security-Policy nonce is Rails' own. The page is sent with
    # `Cache-Control: private, no-store`, and neither htmx nor, where the layout yields `:head`, Turbo keeps a copy.
    #
    # A customer whose address cannot be signed sees the block, or else a link to the portal's public form,
    # and the code is logged. Where Rails shows errors, it is raised.
    #
    # @param customer [Object, nil] who is signed in: `current_user`
    # @param options [Hash] `align:`, `max_width:`, `container:`, `script_url:`, `crossorigin:` and
    #   `nonce:` of {Signer#ticket_center}
    # @yield what to show a customer whose address cannot be signed
    # @return [ActiveSupport::SafeBuffer, nil]
    #
    # @example
    #   <%= ticket_center_tag current_user, align: "left" %>
    def ticket_center_tag(customer, **options, &fallback)
      return unless customer

      deskseal_keep_private
      deskseal_keep_out_of_fragments
      options[:nonce] ||= content_security_policy_nonce.presence if respond_to?(:content_security_policy_nonce)
      embed = Desk.current.embed(customer, **options)
      turbo_exempts_page_from_cache if respond_to?(:turbo_exempts_page_from_cache)
      "#{Contract::NO_HISTORY}#{embed.html}".html_safe
    rescue Error => error
      Desk.current.report(error)
      fallback ? capture(&fallback) : deskseal_public_link
    end

    # Returns a link to the action that takes the visitor to the portal, at the route `deskseal_portal`.
    #
    # It is the same for everybody and never goes stale: that action signs when the customer clicks. Libraries
    # that swap pages leave it alone, since they could not follow to another site. Without that route, the link
    # is the portal's public one, and this is logged. Where Rails shows errors, it is raised.
    #
    # @param name [String, nil] the link's text, or a block
    # @param html_options [Hash] those of `link_to`
    # @return [ActiveSupport::SafeBuffer]
    #
    # @example
    #   <%= portal_link_to "Help" %>
    def portal_link_to(name = nil, html_options = {}, &block)
      name, html_options = nil, name || {} if block
      html_options = LEFT_ALONE.deep_merge(html_options)
      return link_to(deskseal_portal_address, html_options, &block) if block

      link_to(name, deskseal_portal_address, html_options)
    end

    private

    def deskseal_keep_private
      PrivatePages.mark(request.env)
    end

    # From 7.0 on, Rails tells whether a fragment will be kept: for everybody, whoever is the first to see it.
    def deskseal_keep_out_of_fragments
      return unless respond_to?(:caching?, true) && caching?

      raise Error.new("Put ticket_center_tag outside of the cache block.", code: "fragment_cached")
    end

    def deskseal_portal_address
      return deskseal_portal_path if respond_to?(:deskseal_portal_path)

      sentence = 'Name a route for it: get "support/portal", to: "support#portal", as: :deskseal_portal'
      Desk.current.report(Error.new(sentence, code: "route_missing"))
      Desk.current.public_link.to_s
    end

    def deskseal_public_link
      link = Desk.current.public_link
      link && link_to(t("deskseal.contact_support", default: "Contact support"), link)
    end
  end
end
