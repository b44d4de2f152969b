# frozen_string_literal: true

module Deskseal
  # Tells whether a request for the portal's route is a customer's click: nothing else is signed. Libraries
  # that swap pages cannot follow a redirect to another site, and what is fetched ahead may never be visited.
  # Every language has this table, and `tests/portal_requests.json` pins all of them.
  #
  # @api private
  class Click
    # Headers of a visit that the browser makes ahead, if the value says so.
    PREFETCHES = %w[Sec-Purpose X-Sec-Purpose Purpose X-Purpose X-Moz].freeze
    IS_PREFETCH = /prefetch|prerender|preview/i

    # Headers of libraries that put what they fetch into the page, whatever the value.
    FETCHERS = %w[
      HX-Request HX-Boosted Turbo-Frame X-Turbo-Request-Id Turbolinks-Referrer X-Livewire-Navigate X-PJAX
      X-Up-Version RSC Next-Router-Prefetch
    ].freeze

    # Applications that show websites send their own name in `X-Requested-With`, with every visit.
    IS_SCRIPT = /\A(?:xmlhttprequest|fetch|swup)\z/i

    # The query of the route where the page below has asked for it.
    ASKED_AGAIN = "again"

    # What a request gets that is no click.
    Answer = Struct.new(:status, :type, :body, :headers)

    # Neither a success nor HTML: browsers drop it, and ask again when the link is clicked.
    PREFETCH = Answer.new(
      403, "text/plain", "This link is signed when it is clicked, so there is nothing to fetch before.\n", {}
    ).freeze

    def initialize(request)
      @request = request
      @path = request.path.sub(%r{\A[/\\]+}, "/")
    end

    # Returns the answer to a request that is no click, and nil for a click.
    def answer_unless_clicked
      return Answer.new(409, "text/plain", "", { "X-Inertia-Location" => @path }) if header("X-Inertia").present?
      return leaving if fetched?

      PREFETCH if PREFETCHES.any? { |name| IS_PREFETCH.match?(header(name)) }
    end

    private

    def header(name)
      @request.headers[name].to_s
    end

    def fetched?
      !["", "navigate"].include?(header("Sec-Fetch-Mode")) ||
        IS_SCRIPT.match?(header("X-Requested-With")) ||
        FETCHERS.any? { |name| header(name).present? }
    end

    # Returns a page that makes a library leave for the route itself, in its own way or by `refresh`. A service
    # worker that fetches what is visited gets the page again: the second time it only has a link.
    def leaving
      url = ERB::Util.html_escape(@path)
      again = @request.query_string == ASKED_AGAIN
      refresh = %(<meta http-equiv="refresh" content="0; url=#{url}?#{ASKED_AGAIN}">) unless again
      Answer.new(200, "text/html", <<~HTML, { "HX-Redirect" => @path })
        <!doctype html>
        <meta name="turbo-visit-control" content="reload">
        <meta name="turbolinks-visit-control" content="reload">
        <title>Support</title>
        <body>
        #{refresh}
        <a href="#{url}">Contact support</a>
      HTML
    end
  end
  private_constant :Click
end
