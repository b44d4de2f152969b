# frozen_string_literal: true

module Deskseal
  # The help desk of a Rails application: its two products, each with its own secret, which is read when
  # something is signed.
  #
  # @api private
  class Desk
    # What the settings are where the application says nothing. A secret that is set, though nil, is not
    # looked for elsewhere.
    DEFAULTS = {
      ticket_center: { email: :email, crossorigin: false, secret_variable: Contract::TICKET_CENTER_VARIABLES },
      portal: { user_id: :id, secret_variable: Contract::PORTAL_VARIABLES },
    }.freeze

    # Returns the settings to be changed by an application.
    def self.defaults
      DEFAULTS.each_with_object(ActiveSupport::OrderedOptions.new) do |(product, settings), options|
        options[product] = ActiveSupport::OrderedOptions.new.merge!(settings)
      end
    end

    # Returns the desk of the application that runs.
    def self.current
      application = ::Rails.application
      @current = new(application) unless @current&.of?(application)
      @current
    end

    def initialize(application)
      @application = application
      @signers = {}
    end

    # Tells whether the desk is this application's.
    def of?(application)
      @application.equal?(application)
    end

    def embed(customer, **options)
      settings = settings_of(:ticket_center)
      options[:script_url] ||= settings[:script_url]&.to_s
      options[:crossorigin] = settings[:crossorigin] unless options.key?(:crossorigin)
      signer(:ticket_center, settings).ticket_center(email_of(customer, settings), helpdesk_id(settings), **options)
    end

    # Returns what a page's own code needs to mount the Ticket Center, the same in every language.
    def identity(customer)
      settings = settings_of(:ticket_center)
      signed = signer(:ticket_center, settings).identity(email_of(customer, settings), helpdesk_id(settings))
      { email: signed.email, signature: signed.signature, helpdeskId: signed.helpdesk_id }
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

    # Logs why somebody gets the public form instead; where errors are shown, it is raised.
    def report(error)
      raise error if @application.config.consider_all_requests_local

      warn("A customer gets the public form instead: #{error.code}")
    end

    def warn(message)
      ::Rails.logger&.error("Deskseal: #{message}")
    end

    # Returns the class alone: the application may hold secrets.
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

    # YAML takes a secret of digits for a number, unless it is quoted.
    def signer_with(product, secret)
      return kept(product, secret.hash) { Signer.new(NamedSecret.of_setting(secret)) } if secret.nil? || secret.is_a?(String)

      raise SecretError.new("A secret among the settings is no text: quote it.", code: "secret_malformed")
    end

    # Returns the product's signer, which the block makes where the hash of the secret is another one than before.
    # Ruby chooses the key of its hashes when it starts: there is no second copy of a secret to read.
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
