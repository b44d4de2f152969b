# frozen_string_literal: true

module Deskseal
  # The base class of all results. They and their fields are frozen, and they compare by their fields.
  #
  # Only the native library makes them. Each class lists its fields in FIELDS.
  #
  # @private
  class Result
    private_class_method :new, :allocate

    # Fields that {#inspect} does not show: with them, anyone can sign in as the customer.
    HIDDEN = %i[signature].freeze
    private_constant :HIDDEN

    # Tells whether the other object is of the same class and has the same fields.
    #
    # @param other [Object]
    # @return [Boolean]
    def ==(other)
      other.instance_of?(self.class) && other.to_h == to_h
    end
    alias eql? ==

    # Returns the same number for equal results, so that they can be keys of a Hash.
    #
    # @return [Integer]
    def hash
      [self.class, to_h].hash
    end

    # Returns the fields by name, as plain values.
    #
    # @return [Hash{Symbol => Object}]
    def to_h
      fields.transform_values { |value| value.is_a?(Array) ? value.map(&:to_h) : value }
    end

    # Returns the fields by name, for patterns: `in { email: String => email }`.
    #
    # @param names [Array<Symbol>, nil] the names in the pattern; nil for all
    # @return [Hash{Symbol => Object}]
    def deconstruct_keys(names)
      names ? fields.slice(*names) : fields
    end

    # Returns the Hash that {#to_json} and Rails write as JSON.
    #
    # @return [Hash{String => Object}]
    def as_json(*)
      fields.to_h { |name, value| [name.name, value.is_a?(Array) ? value.map(&:as_json) : value] }
    end

    # Returns the fields as JSON.
    #
    # @return [String]
    def to_json(*arguments)
      require "json"
      as_json.to_json(*arguments)
    end

    # Returns the class and the fields, without those that contain a signature or a token.
    #
    # @return [String]
    def inspect
      hidden = self.class.const_get(:HIDDEN)
      shown = fields.map { |name, value| "#{name}=#{hidden.include?(name) ? "[hidden]" : value.inspect}" }
      "#<#{self.class} #{shown.join(", ")}>"
    end

    # Returns itself, since it cannot change.
    #
    # @return [self]
    def dup
      self
    end

    # Returns itself, since it cannot change.
    #
    # @return [self]
    def clone(freeze: true)
      raise ArgumentError, "can't unfreeze #{self.class}" if freeze == false

      self
    end

    private

    def fields
      self.class.const_get(:FIELDS).to_h { |name| [name, instance_variable_get("@#{name}")] }
    end

    def marshal_dump
      raise TypeError, "can't dump #{self.class}, since only the gem may make one; dump its fields"
    end
  end
  private_constant :Result

  # A canonical e-mail and its signature: put both into the page (SPEC 3.2).
  #
  # @example
  #   signer = Deskseal::Signer.new("example-secret-for-documentation")
  #   signed = signer.sign_email("  Ada@Example.com ")
  #   signed.to_h.keys # => [:email, :signature]
  #   signed.email # => "ada@example.com"
  #   signed.inspect # => '#<Deskseal::SignedEmail email="ada@example.com", signature=[hidden]>'
  class SignedEmail < Result
    FIELDS = %i[email signature].freeze
    private_constant :FIELDS

    # @return [String] the canonical e-mail
    attr_reader :email

    # @return [String] its signature, 64 lowercase hexadecimal digits
    attr_reader :signature
  end

  # A user id, when it was signed, and the signature (SPEC 4.6).
  #
  # @example
  #   signer = Deskseal::Signer.new("example-secret-for-documentation")
  #   signed = signer.sign_user("help.company.com", "user-42", timestamp: Time.utc(2026))
  #   signed.timestamp # => 1767225600
  class SignedUser < Result
    FIELDS = %i[user_id timestamp signature].freeze
    private_constant :FIELDS

    # @return [String] the user id, as given
    attr_reader :user_id

    # @return [Integer] when it was signed, in Unix seconds
    attr_reader :timestamp

    # @return [String] the signature of host, user id and timestamp, 64 lowercase hexadecimal digits
    attr_reader :signature
  end

  # The Ticket Center's markup for one customer (SPEC 6).
  #
  # A template of Rails renders it without escaping: `<%= embed %>`.
  #
  # @example
  #   signer = Deskseal::Signer.new("example-secret-for-documentation")
  #   embed = signer.ticket_center("Ada@Example.com", "desk-1")
  #   embed.attributes["data-email"] # => "ada@example.com"
  #   embed.to_s.lines.first # => %(<div id="hdh-ticket-center"></div>\n)
  class Embed < Result
    FIELDS = %i[attributes html].freeze
    HIDDEN = FIELDS
    private_constant :FIELDS, :HIDDEN

    # Returns the script tag's attributes, unescaped and in order, for a tag helper.
    #
    # @return [Hash{String => String}]
    attr_reader :attributes

    # Returns the markup: a container, and a script tag. If ActiveSupport is loaded, it is a SafeBuffer, which
    # templates do not escape.
    #
    # @return [String]
    def html
      @html.respond_to?(:html_safe) ? @html.html_safe.freeze : @html
    end
    alias to_s html
    alias html_safe html

    # Tells a template not to escape the markup.
    #
    # @return [true]
    def html_safe?
      true
    end
  end

  # What browser code needs to start the customer's Ticket Center (SPEC 6.4).
  #
  # @example
  #   signer = Deskseal::Signer.new("example-secret-for-documentation")
  #   signer.identity("Ada@Example.com", "desk-1")
  #   # => #<Deskseal::Identity email="ada@example.com", signature=[hidden], helpdesk_id="desk-1">
  class Identity < Result
    FIELDS = %i[email signature helpdesk_id].freeze
    private_constant :FIELDS

    # @return [String] the canonical e-mail
    attr_reader :email

    # @return [String] its signature, 64 lowercase hexadecimal digits
    attr_reader :signature

    # @return [String] the help desk's id
    attr_reader :helpdesk_id
  end

  # The response of a route that redirects to the portal, to a request that is not a click (SPEC 6.5).
  #
  # @example
  #   answer = Deskseal.response_unless_click("/help", { "hx-request" => "true" })
  #   answer.status # => 200
  #   answer.headers["HX-Redirect"] # => "/help"
  class HttpResponse < Result
    FIELDS = %i[status headers body].freeze
    private_constant :FIELDS

    # @return [Integer] the status code
    attr_reader :status

    # @return [Hash{String => String}] names and values
    attr_reader :headers

    # @return [String] the body's text
    attr_reader :body
  end

  # A customer whose e-mail was verified (SPEC 5.1).
  #
  # @example
  #   secret = "example-secret-for-documentation"
  #   signed = Deskseal::Signer.new(secret).sign_email("ada@example.com")
  #   case Deskseal::Verifier.new(secret).verify_email(signed.email, signed.signature)
  #   in { email:, secret_index: 0 }
  #     email # => "ada@example.com"
  #   end
  class VerifiedEmail < Result
    FIELDS = %i[email secret_index].freeze
    private_constant :FIELDS

    # @return [String] the canonical e-mail
    attr_reader :email

    # @return [Integer] which secret made the signature: 0 is the current one, 1 and up are the
    #   previous ones
    attr_reader :secret_index
  end

  # A customer whose user id was verified (SPEC 5.2).
  #
  # @example
  #   secret = "example-secret-for-documentation"
  #   signer = Deskseal::Signer.new(secret)
  #   link = signer.portal_link("https://help.company.com", "user-42", timestamp: 1767225600)
  #   verifier = Deskseal::Verifier.new(secret)
  #   verifier.verify_link("help.company.com", link, now: 1767225660)
  #   # => #<Deskseal::VerifiedUser user_id="user-42", timestamp=1767225600, secret_index=0>
  class VerifiedUser < Result
    FIELDS = %i[user_id timestamp secret_index].freeze
    private_constant :FIELDS

    # @return [String] the user id, as signed
    attr_reader :user_id

    # @return [Integer] when it was signed, in Unix seconds
    attr_reader :timestamp

    # @return [Integer] which secret made the signature: 0 is the current one, 1 and up are the
    #   previous ones
    attr_reader :secret_index
  end

  # A customer whose identity token was verified: a user id or an e-mail, or both (SPEC 12.6).
  #
  # @example
  #   secret = "example-secret-for-documentation"
  #   token = Deskseal::Signer.new(secret).identity_token("desk-1", user_id: "user-42", attributes: { seats: 5 })
  #   verified = Deskseal::Verifier.new(secret).verify_identity_token("desk-1", token)
  #   verified.user_id # => "user-42"
  #   verified.email # => nil
  #   verified.attributes # => {"seats"=>5}
  class VerifiedIdentity < Result
    FIELDS = %i[
      email unverified_email user_id name attributes token_id issued_at expires_at secret_index
    ].freeze
    private_constant :FIELDS

    # @return [String, nil] the canonical e-mail, which the product has proved
    attr_reader :email

    # @return [String, nil] the canonical e-mail, which the product has not proved: it identifies no customer
    attr_reader :unverified_email

    # @return [String, nil] the user id, as signed
    attr_reader :user_id

    # @return [String, nil] the customer's name
    attr_reader :name

    # Returns what agents see of the customer, in the order of the names.
    #
    # @return [Hash{String => String, Integer, Boolean}]
    attr_reader :attributes

    # @return [String, nil] the token's id
    attr_reader :token_id

    # @return [Integer] when the token was signed, in Unix seconds
    attr_reader :issued_at

    # @return [Integer] from when on the token is expired, in Unix seconds
    attr_reader :expires_at

    # @return [Integer] which secret made the signature: 0 is the current one, 1 and up are the
    #   previous ones
    attr_reader :secret_index
  end

  # Why a signature or a token is invalid: one finding or more (SPEC 8).
  #
  # @example
  #   verifier = Deskseal::Verifier.new("example-secret-for-documentation")
  #   explanation = verifier.explain_email("ada@example.com", "0" * 64)
  #   explanation.findings.map(&:code) # => ["unexplained"]
  class Explanation < Result
    FIELDS = %i[findings].freeze
    private_constant :FIELDS

    # @return [Array<Finding>] the findings; together they reproduce the signature, unless the last is
    #   `unexplained`
    attr_reader :findings
  end

  # One reason why a signature or a token is invalid (SPEC 8).
  #
  # @example
  #   verifier = Deskseal::Verifier.new("example-secret-for-documentation")
  #   finding = verifier.explain_email("ada@example.com", "0" * 64).findings.first
  #   finding.code # => "unexplained"
  class Finding < Result
    FIELDS = %i[code message].freeze
    private_constant :FIELDS

    # @return [String] the stable code
    attr_reader :code

    # @return [String] a sentence that says what to change; it may change between versions
    attr_reader :message
  end
end
