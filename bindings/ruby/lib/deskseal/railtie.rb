# frozen_string_literal: true

require "rails/railtie"
require_relative "contract"
require_relative "controller"
require_relative "desk"
require_relative "helpers"
require_relative "private_pages"

module Deskseal
  # Adds the help desk to a Rails application.
  #
  # `config.deskseal.ticket_center` and `config.deskseal.portal` are the settings. They are not used before
  # something is signed, so assets can be precompiled and databases migrated without a secret.
  #
  # @example
  #   config.deskseal.ticket_center.helpdesk_id = "desk-1"
  #   config.deskseal.portal.url = "https://help.company.com"
  class Railtie < ::Rails::Railtie
    config.deskseal = Desk.defaults

    initializer "deskseal.middleware" do |app|
      app.middleware.use PrivatePages
    end

    # Rails logs the targets of redirects. Anyone who has a link with an identity is the customer while it is valid.
    initializer "deskseal.logs" do |app|
      [Contract::LINK_PARAMETERS.last, Contract::TOKEN_PARAMETER].each do |parameter|
        app.config.filter_redirect << /[?&]#{parameter}=/
        app.config.filter_parameters << /\A#{parameter}\z/
      end
    end

    # After the application's own initializers, which may set it.
    config.after_initialize { Desk.current.origins }

    initializer "deskseal.helpers" do
      ActiveSupport.on_load(:action_view) { include Helpers }
      ActiveSupport.on_load(:action_controller) { include Controller }
    end
  end
end
