# frozen_string_literal: true

module Deskseal
  # A refusal: a stable code, and a sentence for the developer (SPEC 7).
  #
  # It is a SecretError, an InputError or a VerificationError, which say whose fault it is. The sentence
  # never contains a secret, an expected signature, or what a visitor sent.
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

    # @return [Boolean] whether the customer's own data is at fault, which a page answers with HTTP's 422, and not
    #   the deployment, which it answers with 503
    attr_reader :is_about_customer

    # Makes an error, for a test of how an application answers to it.
    #
    # @param message [String, nil] a sentence; the class's name if there is none
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

  # The deployment is wrong: a secret is missing or unusable (SPEC 2.2).
  #
  # @example
  #   begin
  #     Deskseal::Signer.new(nil)
  #   rescue Deskseal::SecretError => error
  #     error.code # => "secret_missing"
  #   end
  class SecretError < Error; end

  # The caller passed something that cannot be signed or compared with.
  #
  # @example
  #   begin
  #     Deskseal.canonical_host("https://help.company.com")
  #   rescue Deskseal::InputError => error
  #     error.code # => "host_malformed"
  #   end
  class InputError < Error; end

  # The visitor's proof does not hold, or what the visitor sent cannot be read.
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
