# frozen_string_literal: true

module Deskseal
  # Signs identities with one secret.
  #
  # Make one when the application starts, and use it from any thread or Ractor. An application that uses
  # the Ticket Center and the portal needs two, since each has its own secret. Identity tokens need a third one. A
  # signer is frozen, and cannot be copied or dumped.
  #
  # @example
  #   signer = Deskseal::Signer.new("example-secret-for-documentation")
  #   signer.inspect # => "#<Deskseal::Signer>"
  class Signer
    private_class_method :allocate

    # Makes a signer, and freezes it after its class has initialized it.
    #
    # @return [Signer]
    def self.new(...)
      super.freeze
    end

    # Returns a signer with the secret in the environment variable `name`.
    #
    # @param name [String, Array<String>] usually `HELPDESKY_HMAC_SECRET`, `HDH_HMAC_SECRET`,
    #   `LETTERBOOK_PORTAL_TICKET_SECRET` or `DESKSEAL_IDENTITY_SECRET` (SPEC 2.5); or several names for the same
    #   secret: the first that is set is read
    # @return [Signer]
    # @raise [SecretError] `secret_public` if bundlers ship a variable of that name to browsers, `secret_conflict`
    #   if two of several are set and differ, then those of {#initialize}
    #
    # @example
    #   ENV["HELPDESKY_HMAC_SECRET"] = Deskseal.generate_secret
    #   signer = Deskseal::Signer.from_env("HELPDESKY_HMAC_SECRET")
    #   signer.frozen? # => true
    def self.from_env(name)
      new(NamedSecret.new(name))
    end

    # @param secret [String, nil] the secret's text; nil, as `ENV[]` returns it, is `secret_missing`
    # @raise [SecretError] `secret_missing`, `secret_empty`, `secret_padded`, `secret_malformed`,
    #   `secret_placeholder`, `secret_too_short` (SPEC 2.2)
    #
    # @example
    #   signer = Deskseal::Signer.new("example-secret-for-documentation")
    #   signer.frozen? # => true
    def initialize(secret)
      Native.initialize_signer(self, *NamedSecret.variables_and_text(secret))
    end

    # Signs the canonical form of an e-mail (SPEC 3).
    #
    # @param email [String] the signed-in customer's e-mail
    # @return [SignedEmail] the canonical e-mail and the signature: put both into the page
    # @raise [InputError] `email_empty`, `email_too_long`, `email_malformed`, `email_ambiguous`
    #
    # @example
    #   signer = Deskseal::Signer.new("example-secret-for-documentation")
    #   signed = signer.sign_email("  Ada@Example.com ")
    #   signed.email # => "ada@example.com"
    #   signed.signature[0, 8] # => "52c24c92"
    def sign_email(email)
      Native.sign_email(self, email)
    end

    # Signs a user id for a portal (SPEC 4.6).
    #
    # @param portal_host [String] the portal's host, without scheme and port
    # @param user_id [String] the signed-in customer's id, used exactly as given
    # @param timestamp [Integer, Time, nil] Unix seconds, or a Time; now by default
    # @return [SignedUser]
    # @raise [InputError] `host_malformed`, `user_id_empty`, `user_id_too_long`, `user_id_malformed`,
    #   `timestamp_malformed`
    #
    # @example
    #   signer = Deskseal::Signer.new("example-secret-for-documentation")
    #   signed = signer.sign_user("help.company.com", "user-42", timestamp: 1767225600)
    #   signed.signature[0, 8] # => "ce1215bb"
    def sign_user(portal_host, user_id, timestamp: nil)
      Native.sign_user(self, portal_host, user_id, timestamp)
    end

    # Returns the link that takes a customer to the portal's form, signed in (SPEC 4.5).
    #
    # Call this when the customer clicks: the link is valid for five minutes, unless the portal sets another tolerance.
    #
    # @param portal_url [String] the portal's URL; its path, query and fragment are replaced
    # @param user_id [String] the signed-in customer's id, used exactly as given
    # @param timestamp [Integer, Time, nil] Unix seconds, or a Time; now by default
    # @return [String]
    # @raise [InputError] `portal_url_malformed`, `portal_url_insecure`, `user_id_empty`,
    #   `user_id_too_long`, `user_id_malformed`, `timestamp_malformed`
    #
    # @example
    #   signer = Deskseal::Signer.new("example-secret-for-documentation")
    #   link = signer.portal_link("https://help.company.com", "user-42")
    #   link.split("&").first # => "https://help.company.com/submit-ticket?user_id=user-42"
    def portal_link(portal_url, user_id, timestamp: nil)
      Native.portal_link(self, portal_url, user_id, timestamp)
    end

    # Returns the markup that shows the customer's Ticket Center (SPEC 6).
    #
    # @param email [String] the signed-in customer's e-mail
    # @param helpdesk_id [String] the help desk's id, from its dashboard
    # @param align [String, nil] `left`, `center` (the default) or `right`
    # @param max_width [String, nil] a positive whole number and `px`, `rem` or `%`; `864px` by default
    # @param container [String, nil] the id of the container element; `hdh-ticket-center` by default
    # @param script_url [String, nil] the script's absolute URL, with `https` except on loopback hosts;
    #   `https://helpdesky.io/ticket-center.js` by default
    # @param crossorigin [Boolean] whether the script is loaded with CORS, as a page with
    #   `Cross-Origin-Embedder-Policy: require-corp` needs it
    # @param nonce [String, nil] the page's Content-Security-Policy nonce
    # @return [Embed]
    # @raise [InputError] `email_empty`, `email_too_long`, `email_malformed`, `email_ambiguous`, then
    #   `helpdesk_id_malformed`, then `embed_option_malformed`
    #
    # @example
    #   signer = Deskseal::Signer.new("example-secret-for-documentation")
    #   embed = signer.ticket_center("Ada@Example.com", "desk-1", align: "left")
    #   embed.attributes["data-align"] # => "left"
    def ticket_center(
      email, helpdesk_id, align: nil, max_width: nil, container: nil, script_url: nil,
      crossorigin: false, nonce: nil
    )
      Native.ticket_center(
        self, email, helpdesk_id, align, max_width, container, script_url, crossorigin, nonce
      )
    end

    # Signs an e-mail for browser code that starts the Ticket Center itself (SPEC 6.4).
    #
    # @param email [String] the signed-in customer's e-mail
    # @param helpdesk_id [String] the help desk's id, from its dashboard
    # @return [Identity] the values that the browser code passes to the Ticket Center's script
    # @raise [InputError] `email_empty`, `email_too_long`, `email_malformed`, `email_ambiguous`, then
    #   `helpdesk_id_malformed`
    #
    # @example
    #   signer = Deskseal::Signer.new("example-secret-for-documentation")
    #   identity = signer.identity("Ada@Example.com", "desk-1")
    #   identity.email # => "ada@example.com"
    def identity(email, helpdesk_id)
      Native.identity(self, email, helpdesk_id)
    end

    # Returns an identity token, a JSON Web Token that says who the customer is (SPEC 12.5).
    #
    # The secret is one for identity tokens only. A user id or a proved e-mail is required.
    #
    # @param audience [String] the help desk's id, or the portal's host
    # @param email [String, nil] the signed-in customer's e-mail
    # @param email_verified [Boolean] whether you have proved that the customer receives mail at `email`; an e-mail
    #   that is not proved identifies no customer
    # @param user_id [String, nil] the signed-in customer's permanent id, used exactly as given
    # @param name [String, nil] the customer's name, 1 to 100 characters
    # @param attributes [Hash{String, Symbol => String, Integer, Boolean}, nil] what agents see of the customer: up
    #   to 20 values, by names of a lowercase letter and up to 39 lowercase letters, digits and `_`
    # @param token_id [String, nil] the token's id, 1 to 128 visible ASCII characters; random by default
    # @param expires_in [Integer] for how many seconds the token is valid, 1 to 86400
    # @param now [Integer, Time, nil] Unix seconds, or a Time; now by default
    # @return [String]
    # @raise [SecretError] `secret_too_short` for a secret of fewer than 32 bytes
    # @raise [InputError] `helpdesk_id_malformed` or `host_malformed` for the audience; `email_empty`,
    #   `email_too_long`, `email_malformed`, `email_ambiguous`, `user_id_empty`, `user_id_too_long`,
    #   `user_id_malformed`; `identity_token_claim` for the other values; `timestamp_malformed` for `now`
    #
    # @example
    #   signer = Deskseal::Signer.new("example-secret-for-documentation")
    #   token = signer.identity_token("desk-1", user_id: "user-42", attributes: { plan: "pro" })
    #   token.split(".").first # => "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
    def identity_token(
      audience, email: nil, email_verified: true, user_id: nil, name: nil, attributes: nil, token_id: nil,
      expires_in: 600, now: nil
    )
      claims = [email, email_verified, user_id, name, attributes, token_id, expires_in]
      Native.identity_token(self, audience, claims, now)
    end

    # Returns the markup that shows the customer's Ticket Center, with an identity token (SPEC 12.7).
    #
    # @param helpdesk_id [String] the help desk's id, from its dashboard
    # @param email [String, nil] as for {#identity_token}
    # @param email_verified [Boolean] as for {#identity_token}
    # @param user_id [String, nil] as for {#identity_token}
    # @param name [String, nil] as for {#identity_token}
    # @param attributes [Hash{String, Symbol => String, Integer, Boolean}, nil] as for {#identity_token}
    # @param token_id [String, nil] as for {#identity_token}
    # @param expires_in [Integer] as for {#identity_token}
    # @param now [Integer, Time, nil] as for {#identity_token}
    # @param align [String, nil] as for {#ticket_center}
    # @param max_width [String, nil] as for {#ticket_center}
    # @param container [String, nil] as for {#ticket_center}
    # @param script_url [String, nil] as for {#ticket_center}
    # @param crossorigin [Boolean] as for {#ticket_center}
    # @param nonce [String, nil] as for {#ticket_center}
    # @return [Embed]
    # @raise [SecretError] `secret_too_short` for a secret of fewer than 32 bytes
    # @raise [InputError] `helpdesk_id_malformed`, then those of {#identity_token}, then `embed_option_malformed`
    #
    # @example
    #   signer = Deskseal::Signer.new("example-secret-for-documentation")
    #   embed = signer.ticket_center_with_token("desk-1", user_id: "user-42", name: "Ada Lovelace")
    #   embed.attributes.keys # => ["src", "data-helpdesk-id", "data-identity"]
    def ticket_center_with_token(
      helpdesk_id, email: nil, email_verified: true, user_id: nil, name: nil, attributes: nil, token_id: nil,
      expires_in: 600, now: nil, align: nil, max_width: nil, container: nil, script_url: nil,
      crossorigin: false, nonce: nil
    )
      claims = [email, email_verified, user_id, name, attributes, token_id, expires_in]
      Native.ticket_center_with_token(
        self, helpdesk_id, claims, now, align, max_width, container, script_url, crossorigin, nonce
      )
    end

    # Returns the link that takes a customer to the portal's form, with an identity token (SPEC 12.7).
    #
    # Links are logged, so the token has neither a name nor attributes. Call this when the customer clicks.
    #
    # @param portal_url [String] the portal's URL; its path, query and fragment are replaced
    # @param email [String, nil] as for {#identity_token}
    # @param email_verified [Boolean] as for {#identity_token}
    # @param user_id [String, nil] as for {#identity_token}
    # @param token_id [String, nil] as for {#identity_token}
    # @param expires_in [Integer] for how many seconds the token is valid, 1 to 300
    # @param now [Integer, Time, nil] Unix seconds, or a Time; now by default
    # @return [String]
    # @raise [SecretError] `secret_too_short` for a secret of fewer than 32 bytes
    # @raise [InputError] `portal_url_malformed`, `portal_url_insecure`, then those of {#identity_token}
    #
    # @example
    #   signer = Deskseal::Signer.new("example-secret-for-documentation")
    #   link = signer.portal_link_with_token("https://help.company.com", user_id: "user-42")
    #   link.split(".eyJ").first
    #   # => "https://help.company.com/submit-ticket?identity=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
    def portal_link_with_token(
      portal_url, email: nil, email_verified: true, user_id: nil, token_id: nil, expires_in: 300, now: nil
    )
      claims = [email, email_verified, user_id, nil, nil, token_id, expires_in]
      Native.portal_link_with_token(self, portal_url, claims, now)
    end

    # Returns only the class, even if a subclass has instance variables.
    #
    # @return [String]
    def inspect
      "#<#{self.class}>"
    end

    private

    def initialize_copy(_other)
      raise TypeError, "can't copy #{self.class}, which holds a secret"
    end

    def marshal_dump
      raise TypeError, "can't dump #{self.class}, which holds a secret"
    end
  end
end
