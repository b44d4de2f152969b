# frozen_string_literal: true

require_relative "lib/deskseal/version"

Gem::Specification.new do |spec|
  spec.name = "deskseal"
  spec.version = Deskseal::VERSION
  spec.authors = ["The Deskseal contributors"]
  spec.summary = "Sign and verify who a logged-in customer is, for embedded help desks"
  spec.description = <<~TEXT
    Tells an embedded help desk who your logged-in customer is: signs their e-mail address for a Ticket
    Center, or a link to a ticket portal, and verifies both. A thin layer over an implementation in Rust
    that other languages share, so that all of them sign the same bytes.
  TEXT
  spec.licenses = ["MIT", "Apache-2.0"]
  spec.metadata = { "rubygems_mfa_required" => "true" }
  spec.required_ruby_version = ">= 3.1"
  # pack.rb puts all of this into one folder; a checkout has the Rust sources elsewhere.
  spec.files = Dir.glob("{README.md,LICENSE-*,{lib,sig,ext}/**/*}", base: __dir__).select do |path|
    File.file?(File.join(__dir__, path))
  end
  spec.extensions = ["ext/deskseal/extconf.rb"]
end
