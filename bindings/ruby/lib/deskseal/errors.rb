# frozen_string_literal: true

module Deskseal
  # The base class of the gem's errors: a stable code, and a sentence for the developer (SPEC 7).
  #
  # An error is a SecretError, an InputError or a VerificationError, which says what is at fault. The sentence
  # never contains a secret, an expected signature, or data that a visitor sent.
  #
  # @example
  #   begin
  #     Deskseal.canonical_email("  ")
  #   rescue Deskseal::Error => error
  #     error.code # => "email_empty"
  #   end
  class Error < StandardError
    # @return [String] the stable code, the same in every language
    attr_reader :code

    # @return [Boolean] whether the customer's own data is at fault: answer 422. Otherwise the deployment is:
    #   answer 503.
    attr_reader :is_about_customer

    # Makes an error, for an application's tests.
    #
    # @param message [String, nil] a sentence; by default the class's name
    # @param code [String] one of SPEC 7.1
    # @param is_about_customer [Boolean] whether the customer's own data is at fault
    #
    # @example
    #   error = Deskseal::VerificationError.new("Too old.", code: "timestamp_expired")
    #   error.code # => "timestamp_expired"
    def initialize(message = nil, code:, is_about_customer: false)
      super(message)
      @code = code
      @is_about_customer = is_about_customer
    end
  end

  # The deployment is misconfigured: a secret is missing or unusable (SPEC 2.2).
  #
  # @example
  #   begin
  #     Deskseal::Signer.new(nil)
  #   rescue Deskseal::SecretError => error
  #     error.code # => "secret_missing"
  #   end
  class SecretError < Error; end

  # An argument of the call is invalid.
  #
  # @example
  #   begin
  #     Deskseal.canonical_host("https://help.company.com")
  #   rescue Deskseal::InputError => error
  #     error.code # => "host_malformed"
  #   end
  class InputError < Error; end

  # What the visitor sent does not prove an identity, or cannot be read.
  #
  # @example
  #   begin
  #     verifier = Deskseal::Verifier.new("example-secret-for-documentation")
  #     verifier.verify_email("ada@example.com", "0" * 64)
  #   rescue Deskseal::VerificationError => error
  #     error.code # => "signature_mismatch"
  #   end
  class VerificationError < Error; end
end
