# frozen_string_literal: true

module Deskseal
  # Signs for a Rails application's two products. Each has its own secret, which is read when something is
  # signed.
  #
  # @api private
  class Desk
    # The default settings. They have no key `secret`: an application that sets it, even to nil, uses no other
    # source.
    DEFAULTS = {
      ticket_center: { email: :email, crossorigin: false, secret_variable: Contract::TICKET_CENTER_VARIABLES },
      portal: { user_id: :id, secret_variable: Contract::PORTAL_VARIABLES },
    }.freeze

    ORIGIN = /\A(?:#{Contract::ORIGIN_PATTERN})\z/
    private_constant :ORIGIN

    # Returns a copy of the default settings, which the application changes.
    def self.defaults
      DEFAULTS.each_with_object(ActiveSupport::OrderedOptions.new) do |(product, settings), options|
        options[product] = ActiveSupport::OrderedOptions.new.merge!(settings)
      end
    end

    # Returns the desk of the running application.
    def self.current
      application = ::Rails.application
      @current = new(application) unless @current&.of?(application)
      @current
    end

    def initialize(application)
      @application = application
      @signers = {}
      @reported = Set.new
    end

    # Tells whether the desk belongs to this application.
    def of?(application)
      @application.equal?(application)
    end

    def embed(customer, **options)
      settings = settings_of(:ticket_center)
      options[:script_url] ||= settings[:script_url]&.to_s
      options[:crossorigin] = settings[:crossorigin] unless options.key?(:crossorigin)
      signer(:ticket_center, settings).ticket_center(email_of(customer, settings), helpdesk_id(settings), **options)
    end

    # Returns the JSON that browser code needs to start the Ticket Center, the same in every language.
    def identity(customer)
      settings = settings_of(:ticket_center)
      signed = signer(:ticket_center, settings).identity(email_of(customer, settings), helpdesk_id(settings))
      { email: signed.email, signature: signed.signature, helpdeskId: signed.helpdesk_id }
    end

    # Returns the origins of other sites whose pages get the identity.
    #
    # @raise [ArgumentError] an entry is not an origin
    def origins
      Array(settings_of(:ticket_center)[:origins]).each do |origin|
        next if origin.is_a?(String) && origin.match?(ORIGIN)

        raise ArgumentError, "config.deskseal.ticket_center.origins has #{origin.inspect}, which is not an origin. " \
                             "Write scheme, host and perhaps a port, in lower case and without a path: " \
                             '"https://app.example.com".'
      end
    end

    def portal_link(customer)
      settings = settings_of(:portal)
      signer(:portal, settings).portal_link(settings[:url].to_s, settings[:user_id].to_proc.call(customer).to_s)
    end

    # Returns the link that opens the portal's form as an anonymous visitor, or nil without a portal.
    def public_link
      Deskseal.public_form_url(settings_of(:portal)[:url].to_s)
    rescue InputError
      nil
    end

    # Logs why the customer gets the public form instead, and passes an error of the deployment to the error reporter
    # of Rails 7 once. Raises the error where Rails shows errors.
    def report(error)
      raise error if @application.config.consider_all_requests_local

      warn("#{error.code}: #{error.message}")
      return if error.is_about_customer || !::Rails.respond_to?(:error) || !@reported.add?(error.message)

      ::Rails.error.report(error, handled: true, severity: :error)
    end

    def warn(message)
      ::Rails.logger&.error("Deskseal: #{message}")
    end

    # Returns only the class: the application may hold secrets.
    def inspect
      "#<#{self.class}>"
    end

    private

    def signer(product, settings)
      return signer_with(product, value_of(settings[:secret])) if settings.key?(:secret)

      secret = @application.credentials.dig(:deskseal, product, :secret)
      secret.nil? ? signer_from_env(product, settings[:secret_variable]) : signer_with(product, secret)
    end

    def signer_from_env(product, name)
      kept(product, NamedSecret.fingerprint(name)) { Signer.from_env(name) }
    end

    # YAML reads a secret of digits as a number, unless it is quoted.
    def signer_with(product, secret)
      return kept(product, secret.hash) { Signer.new(NamedSecret.of_setting(secret)) } if secret.nil? || secret.is_a?(String)

      sentence = "The secret of deskseal.#{product} is not a String: put quotes around it."
      raise SecretError.new(sentence, code: "secret_malformed")
    end

    # Returns the product's signer. The block makes a new one if the hash of the secret has changed. Ruby chooses
    # the key of its hashes when it starts, so the hash reveals nothing of the secret.
    def kept(product, hash)
      made_from, signer = @signers[product]
      return signer if signer && made_from == hash

      yield.tap { |made| @signers[product] = [hash, made].freeze }
    end

    def email_of(customer, settings)
      settings[:email].to_proc.call(customer).to_s
    end

    def helpdesk_id(settings)
      id = value_of(settings[:helpdesk_id])
      id ||= @application.credentials.dig(:deskseal, :ticket_center, :helpdesk_id)
      (id || ENV[Contract::HELPDESK_ID_VARIABLE]).to_s
    end

    def value_of(setting)
      setting.respond_to?(:call) ? setting.call : setting
    end

    def settings_of(product)
      @application.config.deskseal[product]
    end
  end
  private_constant :Desk
end
