# frozen_string_literal: true

module Deskseal
  # Keeps answers with somebody's identity out of caches, whatever the action has set.
  #
  # @api private
  class PrivatePages
    MARK = "deskseal.private"
    ANSWERED = "deskseal.answered"

    # Remembers that the answer carries an identity.
    def self.mark(environment)
      environment[MARK] = true
      return unless environment[ANSWERED]

      Desk.current.warn("A page that is streamed shows a Ticket Center: send it with #{Contract::CACHE_CONTROL}")
    end

    def initialize(app)
      @app = app
    end

    def call(environment)
      status, headers, body = @app.call(environment)
      environment[ANSWERED] = true
      # Newer versions of Rack write the names of headers in lower case.
      headers[Rack::CACHE_CONTROL] = Contract::CACHE_CONTROL if environment[MARK]
      [status, headers, body]
    end
  end
  private_constant :PrivatePages
end
