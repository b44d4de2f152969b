# frozen_string_literal: true

module Deskseal
  # Keeps responses with an identity out of caches, even if the action set another `Cache-Control`.
  #
  # @api private
  class PrivatePages
    MARK = "deskseal.private"
    SENT = "deskseal.sent"

    # Remembers that the response contains an identity.
    def self.mark(environment)
      environment[MARK] = true
      return unless environment[SENT]

      Desk.current.warn("A streamed page shows a Ticket Center: send it with Cache-Control: #{Contract::CACHE_CONTROL}")
    end

    def initialize(app)
      @app = app
    end

    def call(environment)
      status, headers, body = @app.call(environment)
      environment[SENT] = true
      # Rack's constant has the letter case of this version: newer versions use lower case.
      headers[Rack::CACHE_CONTROL] = Contract::CACHE_CONTROL if environment[MARK]
      [status, headers, body]
    end
  end
  private_constant :PrivatePages
end
