# frozen_string_literal: true

# What the tests share.

# Otherwise Minitest loads a part of Rails where that is installed.
ENV["MT_NO_PLUGINS"] = "1"

require "deskseal"
require "json"
require "minitest/autorun"
require "open3"
require "rbconfig"

# Ractors still warn that they are new.
Warning[:experimental] = false

module Support
  REPOSITORY = ENV.fetch("DESKSEAL_REPOSITORY") { File.expand_path("../../..", __dir__) }

  # The secret of SPEC 11, and others.
  SECRET = "example-secret-for-documentation"
  OLD = "an-older-secret-now-being-replaced"
  OTHER = "the-secret-of-the-other-product"

  EMAIL = "ada@example.com"
  HOST = "help.company.com"
  SECOND = 1_767_225_600
  WRONG = "0" * 64

  SIGNER = Deskseal::Signer.new(SECRET)
  VERIFIER = Deskseal::Verifier.new(SECRET)

  # Returns the API contract.
  def self.contract
    @contract ||= JSON.parse(File.read(ENV.fetch("DESKSEAL_CONTRACT")))
  end

  # Returns what a Ruby of its own prints for the script, which must not fail.
  def ruby(*options, script, environment: {})
    command = [environment, RbConfig.ruby, "-W:no-experimental", *options, "-e", script]
    output, status = Open3.capture2e(*command)
    assert status.success?, output
    output
  end

  # Fails unless the block raises the kind's error with the code, which is returned.
  def assert_rejected(kind, code, message = nil, &block)
    error = assert_raises(Deskseal::Error, message, &block)
    assert_equal [kind, code], [error.class, error.code], message
    error
  end
end
