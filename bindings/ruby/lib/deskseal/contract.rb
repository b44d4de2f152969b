# frozen_string_literal: true

module Deskseal
  # The constants of the contract.
  #
  # Generated from tests/api.toml by `cargo xtask generate`; change it there.
  #
  # @api private
  module Contract
    CACHE_CONTROL = "private, no-store"
    CLICK_HEADERS = %w[
      x-inertia sec-fetch-mode x-requested-with hx-request hx-boosted turbo-frame x-turbo-request-id
      turbolinks-referrer x-livewire-navigate x-pjax x-up-version rsc next-router-prefetch
      sec-purpose x-sec-purpose purpose x-purpose x-moz
    ].freeze
    CODE_CROSS_SITE = "cross_site"
    CROSS_SITE = "cross-site"
    HELPDESK_ID_VARIABLE = "HELPDESKY_HELPDESK_ID"
    IDENTITY_HEADERS = {
      "Cache-Control" => "private, no-store",
      "Cross-Origin-Resource-Policy" => "same-origin",
      "X-Content-Type-Options" => "nosniff",
    }.freeze
    IDENTITY_VARIABLES = %w[
      DESKSEAL_IDENTITY_SECRET
    ].freeze
    LINK_PARAMETERS = %w[
      user_id user_id_timestamp user_id_signature
    ].freeze
    NO_HISTORY = '<template data-hx-history="false"></template>'
    ORIGIN_PATTERN = 'https?://([a-z0-9_-]+(\\.[a-z0-9_-]+)*|\\[[0-9a-f:.]+\\])(:[0-9]{1,5})?'
    PORTAL_VARIABLES = %w[
      LETTERBOOK_PORTAL_TICKET_SECRET
    ].freeze
    SITE_HEADER = "sec-fetch-site"
    STATUS_ABOUT_CUSTOMER = 422
    STATUS_CROSS_SITE = 403
    STATUS_IDENTITY = 200
    STATUS_NOT_SIGNED_IN = 204
    STATUS_UNAVAILABLE = 503
    TICKET_CENTER_VARIABLES = %w[
      HELPDESKY_HMAC_SECRET HDH_HMAC_SECRET
    ].freeze
    TOKEN_PARAMETER = "identity"
  end
  private_constant :Contract
end
