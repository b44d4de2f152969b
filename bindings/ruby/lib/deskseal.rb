# frozen_string_literal: true

require_relative "deskseal/version"
require_relative "deskseal/errors"
require_relative "deskseal/results"
require_relative "deskseal/native"
require_relative "deskseal/named_secret"
require_relative "deskseal/signer"
require_relative "deskseal/verifier"

# Signs and verifies who a logged-in customer is, for help desks: an e-mail for a Ticket Center, or a
# link to a ticket portal. SPEC.md in the project says what is signed, and why an error is reported.
#
# Every text is a String in UTF-8. A String in another encoding, including binary, may contain ASCII only.
# Text that is not valid UTF-8 has the `…_malformed` code of its parameter. Every String that is returned is
# in UTF-8 and frozen. A time is an Integer, in Unix seconds, or a Time, whose fraction of a second is
# dropped. Another type raises a TypeError.
#
# @example
#   signer = Deskseal::Signer.new("example-secret-for-documentation")
#   signer.sign_email("  Ada@Example.com ").email # => "ada@example.com"
module Deskseal
  private_constant :Native

  # Returns the canonical form of an e-mail, which is signed (SPEC 3.1).
  #
  # @param email [String] the e-mail as typed
  # @return [String]
  # @raise [InputError] `email_empty`, `email_too_long`, `email_malformed`, `email_ambiguous`
  #
  # @example
  #   Deskseal.canonical_email("  Ada@Example.com ") # => "ada@example.com"
  def self.canonical_email(email)
    Native.canonical_email(email)
  end

  # Returns the canonical form of a portal host, which is signed (SPEC 4.1).
  #
  # @param host [String] a host name or an IP address, without scheme, port and path
  # @return [String]
  # @raise [InputError] `host_malformed`
  #
  # @example
  #   Deskseal.canonical_host("HELP.company.com") # => "help.company.com"
  def self.canonical_host(host)
    Native.canonical_host(host)
  end

  # Returns the URL of a portal's form for anonymous visitors (SPEC 4.5).
  #
  # @param portal_url [String] the portal's URL; its path, query and fragment are replaced
  # @return [String]
  # @raise [InputError] `portal_url_malformed`, `portal_url_insecure`
  #
  # @example
  #   Deskseal.public_form_url("https://help.company.com") # => "https://help.company.com/submit-ticket"
  def self.public_form_url(portal_url)
    Native.public_form_url(portal_url)
  end

  # Returns the canonical host of a portal's URL. Pass it to the verifier (SPEC 4.2).
  #
  # @param portal_url [String] the portal's URL
  # @return [String]
  # @raise [InputError] `portal_url_malformed`, `portal_url_insecure`
  #
  # @example
  #   Deskseal.portal_host("https://HELP.company.com:8443/submit-ticket") # => "help.company.com"
  def self.portal_host(portal_url)
    Native.portal_host(portal_url)
  end

  # Returns the response of a route that redirects to the portal, if the request is not a click (SPEC 6.5).
  #
  # Sign the link for a customer's click only: libraries that replace pages cannot follow a redirect to another
  # site, and a prefetched link may never be visited.
  #
  # @param target [String] the request's path and query
  # @param headers [Hash{String => String}] the request's headers by name, in any letter case. Those that SPEC 6.5
  #   does not list are ignored. Bytes that are not UTF-8 are read as U+FFFD.
  # @return [HttpResponse, nil] the response to send; nil for a click: redirect to the signed link
  #
  # @example
  #   Deskseal.response_unless_click("/help", { "Sec-Fetch-Mode" => "navigate" }) # => nil
  #   Deskseal.response_unless_click("/help", { "Purpose" => "prefetch" }).status # => 403
  def self.response_unless_click(target, headers)
    Native.response_unless_click(target, headers)
  end

  # Returns a new secret: `dsk_secret_` and 256 bits from the operating system (SPEC 2.4).
  #
  # @return [String]
  # @raise [SystemCallError] if the operating system's random source cannot be read
  #
  # @example
  #   signer = Deskseal::Signer.new(Deskseal.generate_secret)
  #   signer.frozen? # => true
  def self.generate_secret
    Native.generate_secret
  end
end

# The gem does not depend on Rails. An application with Rails loads it first.
require_relative "deskseal/railtie" if defined?(Rails::Railtie)
