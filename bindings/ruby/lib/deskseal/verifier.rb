# frozen_string_literal: true

module Deskseal
  # Verifies identities with a current secret and any number of previous ones.
  #
  # Make one when the application starts, and use it from any thread or Ractor. A verifier is frozen, and
  # cannot be copied or dumped.
  #
  # @example
  #   verifier = Deskseal::Verifier.new(
  #     "example-secret-for-documentation",
  #     previous: [["an-older-secret-now-being-replaced", Time.utc(2026)]]
  #   )
  #   verifier.inspect # => "#<Deskseal::Verifier>"
  class Verifier
    private_class_method :allocate

    # Makes a verifier, and freezes it after its class has initialized it.
    #
    # @return [Verifier]
    def self.new(...)
      super.freeze
    end

    # Returns a verifier whose current secret is in the environment variable `name`.
    #
    # @param name [String, Array<String>] usually `HELPDESKY_HMAC_SECRET`, `HDH_HMAC_SECRET`,
    #   `LETTERBOOK_PORTAL_TICKET_SECRET` or `DESKSEAL_IDENTITY_SECRET` (SPEC 2.5); or several names for the same
    #   secret: the first that is set is read
    # @param previous [Array<Array(String, Integer)>, Array<Array(String, Time)>] as for {#initialize}
    # @param tolerance [Integer] as for {#initialize}
    # @return [Verifier]
    # @raise [SecretError] `secret_public` if bundlers ship a variable of that name to browsers, `secret_conflict`
    #   if two of several are set and differ, then those of {#initialize}
    # @raise [InputError] `tolerance_malformed`
    #
    # @example
    #   ENV["HELPDESKY_HMAC_SECRET"] = Deskseal.generate_secret
    #   verifier = Deskseal::Verifier.from_env("HELPDESKY_HMAC_SECRET", tolerance: 60)
    #   verifier.frozen? # => true
    def self.from_env(name, previous: [], tolerance: 300)
      new(NamedSecret.new(name), previous: previous, tolerance: tolerance)
    end

    # @param secret [String, nil] the secret's text; nil, as `ENV[]` returns it, is `secret_missing`
    # @param previous [Array<Array(String, Integer)>, Array<Array(String, Time)>] replaced
    #   secrets, each as `[secret, expires_at]`; the secret expires at `expires_at`, in Unix seconds or a Time
    #   (SPEC 2.6)
    # @param tolerance [Integer] how many seconds a link's timestamp may differ from `now`, 0 to 3600
    # @raise [SecretError] `secret_missing`, `secret_empty`, `secret_padded`, `secret_malformed`,
    #   `secret_placeholder`, `secret_too_short`, `secret_expiry_malformed` (SPEC 2.2)
    # @raise [InputError] `tolerance_malformed`
    #
    # @example
    #   verifier = Deskseal::Verifier.new("example-secret-for-documentation", tolerance: 60)
    #   verifier.frozen? # => true
    def initialize(secret, previous: [], tolerance: 300)
      Native.initialize_verifier(self, *NamedSecret.variables_and_text(secret), previous, tolerance)
    end

    # Verifies an e-mail signature (SPEC 5.1).
    #
    # @param email [String] the e-mail as received
    # @param signature [String] the signature as received, 64 hexadecimal digits
    # @param now [Integer, Time, nil] Unix seconds, or a Time, that decides which previous secrets are
    #   active; now by default
    # @return [VerifiedEmail]
    # @raise [InputError] `timestamp_malformed` for `now`
    # @raise [VerificationError] `email_empty`, `email_too_long`, `email_malformed`, `email_ambiguous`,
    #   `signature_malformed`, `signature_mismatch`
    #
    # @example
    #   secret = "example-secret-for-documentation"
    #   signed = Deskseal::Signer.new(secret).sign_email("ada@example.com")
    #   Deskseal::Verifier.new(secret).verify_email(signed.email, signed.signature)
    #   # => #<Deskseal::VerifiedEmail email="ada@example.com", secret_index=0>
    def verify_email(email, signature, now: nil)
      Native.verify_email(self, email, signature, now)
    end

    # Verifies a link signature whose parts were already taken from the request (SPEC 5.2).
    #
    # Prefer {#verify_link}, which also rejects repeated and missing parameters.
    #
    # @param portal_host [String] the portal's own host; never take it from the request
    # @param user_id [String] the user id as received
    # @param timestamp [String] the timestamp as received
    # @param signature [String] the signature as received, 64 hexadecimal digits
    # @param now [Integer, Time, nil] Unix seconds, or a Time; now by default
    # @return [VerifiedUser]
    # @raise [InputError] `host_malformed`; `timestamp_malformed` for `now`
    # @raise [VerificationError] `user_id_empty`, `user_id_too_long`, `user_id_malformed`,
    #   `timestamp_malformed`, `signature_malformed`, `signature_mismatch`, `timestamp_expired`,
    #   `timestamp_in_future`
    #
    # @example
    #   secret = "example-secret-for-documentation"
    #   signed = Deskseal::Signer.new(secret).sign_user("help.company.com", "user-42")
    #   verified = Deskseal::Verifier.new(secret).verify_user(
    #     portal_host: "help.company.com",
    #     user_id: signed.user_id,
    #     timestamp: signed.timestamp.to_s,
    #     signature: signed.signature
    #   )
    #   verified.user_id # => "user-42"
    def verify_user(portal_host:, user_id:, timestamp:, signature:, now: nil)
      Native.verify_user(self, portal_host, user_id, timestamp, signature, now)
    end

    # Verifies the URL of a request to the portal's form (SPEC 4.7, 5.2).
    #
    # @param portal_host [String] the portal's own host; never take it from the request
    # @param url [String] the request's URL as received, absolute or beginning with `/`
    # @param now [Integer, Time, nil] Unix seconds, or a Time; now by default
    # @return [VerifiedUser, nil] nil for an anonymous visitor, whose URL has no identity
    # @raise [InputError] `host_malformed`; `timestamp_malformed` for `now`
    # @raise [VerificationError] `portal_url_malformed`, `identity_repeated`, `identity_incomplete`, and
    #   those of {#verify_user}
    #
    # @example
    #   secret = "example-secret-for-documentation"
    #   link = Deskseal::Signer.new(secret).portal_link("https://help.company.com", "user-42")
    #   verifier = Deskseal::Verifier.new(secret)
    #   verifier.verify_link("help.company.com", link).user_id # => "user-42"
    #   verifier.verify_link("help.company.com", "/submit-ticket") # => nil
    def verify_link(portal_host, url, now: nil)
      Native.verify_link(self, portal_host, url, now)
    end

    # Verifies an identity token (SPEC 12.6).
    #
    # Every secret of the verifier is one for identity tokens only.
    #
    # @param audience [String] your own helpdesk id, or the portal's own host; never take it from the request
    # @param token [String] the token as received
    # @param now [Integer, Time, nil] Unix seconds, or a Time; now by default
    # @return [VerifiedIdentity]
    # @raise [SecretError] `secret_too_short` for a secret of fewer than 32 bytes
    # @raise [InputError] `helpdesk_id_malformed` or `host_malformed` for the audience; `timestamp_malformed` for
    #   `now`
    # @raise [VerificationError] `identity_token_malformed`, `signature_mismatch`, `identity_token_audience`,
    #   `identity_token_claim`, `identity_token_expired`, `identity_token_in_future`; for the e-mail and the user id
    #   in the token: `email_empty`, `email_too_long`, `email_malformed`, `email_ambiguous`, `user_id_empty`,
    #   `user_id_too_long`, `user_id_malformed`
    #
    # @example
    #   secret = "example-secret-for-documentation"
    #   token = Deskseal::Signer.new(secret).identity_token("desk-1", email: "Ada@Example.com")
    #   verifier = Deskseal::Verifier.new(secret)
    #   verifier.verify_identity_token("desk-1", token).email # => "ada@example.com"
    def verify_identity_token(audience, token, now: nil)
      Native.verify_identity_token(self, audience, token, now)
    end

    # Says why an e-mail signature is invalid, for the owner of the secret (SPEC 8).
    #
    # Call it at a prompt or in a dashboard, not in a request. Do not show its findings to a visitor.
    #
    # @param email [String] the e-mail as received
    # @param signature [String] the signature as received, in any form
    # @param other_secrets [Array<String>] other secrets of yours that may have been used by mistake
    # @param now [Integer, Time, nil] Unix seconds, or a Time; now by default
    # @return [Explanation]
    # @raise [SecretError] for a secret in `other_secrets`: `secret_missing`, `secret_empty`,
    #   `secret_padded`, `secret_malformed`, `secret_placeholder`, `secret_too_short`
    # @raise [InputError] `timestamp_malformed` for `now`; `email_malformed` for ill-formed text
    # @raise [VerificationError] `signature_malformed` for ill-formed text
    #
    # @example
    #   require "openssl"
    #   secret = "example-secret-for-documentation"
    #   wrong = OpenSSL::HMAC.hexdigest("sha256", secret, "Ada@example.com")
    #   explanation = Deskseal::Verifier.new(secret).explain_email("Ada@example.com", wrong)
    #   explanation.findings.map(&:code) # => ["email_not_lowercased"]
    def explain_email(email, signature, other_secrets: [], now: nil)
      Native.explain_email(self, email, signature, other_secrets, now)
    end

    # Says why a link is invalid, for the owner of the secret (SPEC 8).
    #
    # Call it at a prompt or in a dashboard, not in a request. Do not show its findings to a visitor.
    #
    # @param portal_host [String] the portal's own host
    # @param url [String] the request's URL as received, absolute or beginning with `/`
    # @param other_secrets [Array<String>] other secrets of yours that may have been used by mistake
    # @param now [Integer, Time, nil] Unix seconds, or a Time; now by default
    # @return [Explanation]
    # @raise [SecretError] for a secret in `other_secrets`: `secret_missing`, `secret_empty`,
    #   `secret_padded`, `secret_malformed`, `secret_placeholder`, `secret_too_short`
    # @raise [InputError] `host_malformed`; `timestamp_malformed` for `now`; `portal_url_malformed` for
    #   ill-formed text
    #
    # @example
    #   secret = "example-secret-for-documentation"
    #   signer = Deskseal::Signer.new(secret)
    #   link = signer.portal_link("https://help.company.com", "user-42", timestamp: 1767225600)
    #   verifier = Deskseal::Verifier.new(secret)
    #   explanation = verifier.explain_link("help.company.com", link, now: 1767229201)
    #   explanation.findings.map(&:code) # => ["link_expired"]
    def explain_link(portal_host, url, other_secrets: [], now: nil)
      Native.explain_link(self, portal_host, url, other_secrets, now)
    end

    # Says why an identity token is invalid, for the owner of the secret (SPEC 8).
    #
    # Call it at a prompt or in a dashboard, not in a request. Do not show its findings to a visitor.
    #
    # @param audience [String] your own helpdesk id, or the portal's own host
    # @param token [String] the token as received, in any form
    # @param other_secrets [Array<String>] other secrets of yours that may have been used by mistake
    # @param now [Integer, Time, nil] Unix seconds, or a Time; now by default
    # @return [Explanation]
    # @raise [SecretError] `secret_too_short` for a secret of fewer than 32 bytes; for a secret in `other_secrets`
    #   also `secret_missing`, `secret_empty`, `secret_padded`, `secret_malformed`, `secret_placeholder`
    # @raise [InputError] `helpdesk_id_malformed` or `host_malformed` for the audience; `timestamp_malformed` for
    #   `now`
    # @raise [VerificationError] `identity_token_malformed` for ill-formed text
    #
    # @example
    #   secret = "example-secret-for-documentation"
    #   token = Deskseal::Signer.new(secret).identity_token("desk-1", user_id: "user-42", now: 1767225600)
    #   verifier = Deskseal::Verifier.new(secret)
    #   explanation = verifier.explain_identity_token("desk-1", token, now: 1767226200)
    #   explanation.findings.map(&:code) # => ["token_expired"]
    def explain_identity_token(audience, token, other_secrets: [], now: nil)
      Native.explain_identity_token(self, audience, token, other_secrets, now)
    end

    # Returns only the class, even if a subclass has instance variables.
    #
    # @return [String]
    def inspect
      "#<#{self.class}>"
    end

    private

    def initialize_copy(_other)
      raise TypeError, "can't copy #{self.class}, which holds secrets"
    end

    def marshal_dump
      raise TypeError, "can't dump #{self.class}, which holds secrets"
    end
  end
end
