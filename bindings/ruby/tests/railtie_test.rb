# frozen_string_literal: true

# The integration with Rails, in an application: its helpers, its actions and its generator.

require "action_controller/railtie"
require "fileutils"
require "json_schemer"
require "logger"
require "ostruct"
require "rack/mock"
require "rails/generators"
require "stringio"
require "tmpdir"
require_relative "rbs"
require_relative "support"

class Shop < Rails::Application
  LOG = StringIO.new
  CUSTOMERS = Hash.new { |_, name| OpenStruct.new(id: 42, uuid: "uuid-42", email: name) }

  config.cache_classes = true
  config.eager_load = false
  config.consider_all_requests_local = false
  config.active_support.deprecation = :raise
  config.root = Dir.mktmpdir.tap { |root| Minitest.after_run { FileUtils.remove_entry(root) } }
  config.logger = Logger.new(LOG)
  config.secret_key_base = "for this test alone"
  config.hosts.clear
  config.content_security_policy { |policy| policy.script_src :self }
  config.content_security_policy_nonce_generator = ->(request) { request.params["nonce"] }
  routes.append do
    get "/page", to: "support#page"
    get "/cacheable", to: "support#cacheable"
    get "/stream", to: "support#stream"
    get "/help", to: "support#portal", as: :deskseal_portal
    get "/identity", to: "support#identity"
    get "/token", to: "support#token"
    get "/submit-ticket", to: "support#verify"
  end
end

# Nothing of this needs a secret.
Shop.initialize!

PORTAL_SECRET = Deskseal.generate_secret

class SupportController < ActionController::Base
  VERIFIER = Deskseal::Verifier.new(PORTAL_SECRET)

  helper_method :current_user

  PAGE = "<h1>Support</h1><%= ticket_center_tag current_user %>"

  def page = render(inline: params.fetch(:template, PAGE))

  def cacheable
    expires_in 10.minutes, public: true
    page
  end

  def stream
    response.headers["Cache-Control"] = "private"
    self.response_body = Enumerator.new { |body| body << view_context.ticket_center_tag(current_user) }
  end

  def portal = redirect_to_portal(current_user)

  def identity = render_ticket_center_identity(current_user)

  def token
    signer = Deskseal::Signer.new(PORTAL_SECRET)
    redirect_to signer.portal_link_with_token("https://help.company.com", user_id: "42"), allow_other_host: true
  end

  def verify
    visitor = VERIFIER.verify_link("help.company.com", request.original_fullpath)
    render plain: visitor ? visitor.user_id : "public"
  rescue Deskseal::VerificationError => error
    render plain: error.code, status: :forbidden
  end

  private

  def current_user
    name = params[:as] || request.headers["X-Customer"]
    Shop::CUSTOMERS[name] if name
  end
end

class RailtieTest < Minitest::Test
  include Support

  # Generated secrets: the documentation's are rejected in the environment.
  SECRET = Deskseal.generate_secret
  OTHER = PORTAL_SECRET
  SIGNER = Deskseal::Signer.new(SECRET)

  PRIVATE = "private, no-store"
  PUBLIC_LINK = "https://help.company.com/submit-ticket"
  SECRETS = { "HELPDESKY_HMAC_SECRET" => SECRET, "LETTERBOOK_PORTAL_TICKET_SECRET" => OTHER }.freeze
  ADA = "as=Ada%40example.com"
  IGNORED = 'data-turbo="false" data-turbo-prefetch="false" data-no-instant="" hx-boost="false" rel="nofollow"'
  SIGNATURES = File.expand_path("../sig", File.dirname($LOADED_FEATURES.grep(%r{/deskseal\.rb\z}).first))
  CLICKS = JSON.parse(File.read(File.join(REPOSITORY, "tests/portal_requests.json")))
  IDENTITY = JSON.parse(File.read(File.join(REPOSITORY, "tests/identity.schema.json")))

  def setup
    ENV.update(SECRETS)
    ENV.delete("HDH_HMAC_SECRET")
    Shop.config.deskseal = Deskseal.const_get(:Desk).defaults
    Shop.config.deskseal.ticket_center.helpdesk_id = "desk-1"
    Shop.config.deskseal.portal.url = "https://help.company.com"
    Shop.config.consider_all_requests_local = false
    Shop.credentials = nil
    Shop::LOG.truncate(0)
    Shop::LOG.rewind
  end

  def teardown
    [*SECRETS.keys, "RAILS_MASTER_KEY"].each { |name| ENV.delete(name) }
    refute_includes Shop::LOG.string, SECRET
    refute_includes Shop::LOG.string, OTHER
    refute_match(/\h{64}/, Shop::LOG.string)
  end

  def test_the_tag_shows_the_customers_ticket_center
    answer = get("/page?#{ADA}")
    assert_equal "<h1>Support</h1>#{embed}", answer.body
    assert_equal PRIVATE, answer["Cache-Control"]
  end

  def test_the_tag_shows_an_anonymous_visitor_nothing
    answer = get("/page")
    assert_equal "<h1>Support</h1>", answer.body
    refute_includes answer["Cache-Control"], "no-store"
  end

  def test_the_tag_takes_options
    options = { align: "left", max_width: "40rem", container: "help", crossorigin: true, nonce: "abc" }
    answer = get("/page?#{ADA}&#{template("<%= ticket_center_tag current_user, **#{options} %>")}")
    assert_equal embed(**options), answer.body
  end

  def test_the_setting_crossorigin_loads_the_script_with_cors_on_every_page
    Shop.config.deskseal.ticket_center.crossorigin = true
    assert_includes get("/page?#{ADA}").body, embed(crossorigin: true)
    without = template("<%= ticket_center_tag current_user, crossorigin: false %>")
    assert_equal embed, get("/page?#{ADA}&#{without}").body
  end

  # As turbo-rails does it: what is provided for the head, a layout yields there.
  module Turbo
    def turbo_exempts_page_from_cache
      provide :head, tag.meta(name: "turbo-cache-control", content: "no-cache")
    end
  end

  def test_turbo_keeps_no_copy_of_a_page_with_the_tag
    view = Class.new(ActionView::Base.with_empty_template_cache) { include Turbo }.with_view_paths([])
    view.define_singleton_method(:request) { @request ||= ActionDispatch::Request.new(Rack::MockRequest.env_for("/")) }
    assert_nil view.ticket_center_tag(nil)
    assert_nil view.content_for(:head)
    view.ticket_center_tag(Shop::CUSTOMERS["ada@example.com"])
    assert_equal '<meta name="turbo-cache-control" content="no-cache">', view.content_for(:head)
  end

  def test_the_tag_takes_the_nonce_of_rails
    assert_includes get("/page?#{ADA}&nonce=of-rails").body, embed(nonce: "of-rails")
  end

  def test_an_empty_nonce_of_rails_is_ignored
    assert_includes get("/page?#{ADA}&nonce=").body, embed
  end

  def test_an_empty_nonce_that_is_passed_is_ignored
    empty = template('<%= ticket_center_tag current_user, nonce: "" %>')
    assert_equal embed, get("/page?#{ADA}&nonce=&#{empty}").body
    assert_equal embed(nonce: "of-rails"), get("/page?#{ADA}&nonce=of-rails&#{empty}").body
  end

  def test_a_page_with_an_identity_is_private_even_if_the_action_sets_another_cache_control
    assert_equal PRIVATE, get("/cacheable?#{ADA}")["Cache-Control"]
    assert_includes get("/cacheable")["Cache-Control"], "public"
  end

  def test_a_streamed_page_with_an_identity_logs_a_warning
    assert_includes get("/stream?#{ADA}").body, embed
    assert_includes Shop::LOG.string, PRIVATE
  end

  def test_a_cached_fragment_in_newer_versions_of_rails_has_no_identity
    view = SupportController.new.tap { |controller| controller.set_request!(request) }.view_context
    def view.caching? = true
    customer = Shop::CUSTOMERS["ada@example.com"]
    assert_equal %(<a href="#{PUBLIC_LINK}">Contact support</a>), view.ticket_center_tag(customer)
    assert_includes Shop::LOG.string, "fragment_cached"
    Shop.config.consider_all_requests_local = true
    error = assert_raises(Deskseal::Error) { view.ticket_center_tag(customer) }
    assert_match(/\AMove ticket_center_tag out of the cache block: /, error.message)
    def view.caching? = false
    assert_equal embed, view.ticket_center_tag(customer)
  end

  def test_a_customer_without_address_gets_the_public_form
    answer = get("/page?as=")
    assert_equal 200, answer.status
    assert_equal %(<h1>Support</h1><a href="#{PUBLIC_LINK}">Contact support</a>), answer.body
    assert_includes Shop::LOG.string, "email_empty"
  end

  def test_a_customer_without_address_gets_the_block
    source = "<%= ticket_center_tag current_user do %>Write <b>to us</b><% end %>"
    assert_equal "Write <b>to us</b>", get("/page?as=&#{template(source)}").body
    assert_equal embed, get("/page?#{ADA}&#{template(source)}").body
  end

  def test_there_is_no_link_without_a_portal
    Shop.config.deskseal.portal.url = nil
    assert_equal "<h1>Support</h1>", get("/page?as=").body
    ["/help", "/help?#{ADA}"].each { |target| assert_equal 404, get(target).status, target }
  end

  def test_an_error_is_raised_where_rails_shows_errors
    Shop.config.consider_all_requests_local = true
    error = assert_raises(ActionView::Template::Error) do
      SupportController.render(inline: '<%= ticket_center_tag Shop::CUSTOMERS[""] %>')
    end
    assert_equal "email_empty", error.cause.code
  end

  def test_no_error_page_has_a_secret
    Shop.config.consider_all_requests_local = true
    # Rails has asked the configuration already.
    Shop.env_config["action_dispatch.show_detailed_exceptions"] = true
    # Both are made while it runs: the page shows lines of this file.
    secrets = { ticket_center: Deskseal.generate_secret, portal: SecureRandom.hex(6) }
    secrets.each { |product, secret| Shop.config.deskseal[product].secret = secret }
    %w[/page /identity /help].each do |path|
      answer = get("#{path}?as=")
      assert_equal 500, answer.status, path
      assert_match(/Deskseal::(?:Input|Secret)Error|email_empty/, answer.body)
      secrets.each_value { |secret| refute_includes answer.body + Shop::LOG.string, secret }
    end
  ensure
    Shop.env_config["action_dispatch.show_detailed_exceptions"] = false
  end

  def test_the_menu_link_leads_to_the_action_that_signs
    answer = get("/page?#{ADA}&#{template('<%= portal_link_to "Help", class: "menu" %>')}")
    assert_equal %(<a #{IGNORED} class="menu" href="/help">Help</a>), answer.body
    refute_includes answer["Cache-Control"], "no-store"

    answer = get("/help?#{ADA}")
    assert_equal [302, PRIVATE], [answer.status, answer["Cache-Control"]]
    visitor = Deskseal::Verifier.new(OTHER).verify_link(HOST, answer["Location"])
    assert_equal "42", visitor.user_id
    assert_includes Shop::LOG.string, "Redirected to [FILTERED]"
  end

  def test_links_with_an_identity_are_not_logged
    link = get("/token")["Location"]
    assert_includes Shop::LOG.string, "Redirected to [FILTERED]"
    get("/submit-ticket?#{URI(link).query}&identity_kind=shown")
    get("/submit-ticket?user_id=42&user_id_signature=0123")
    assert_includes Shop::LOG.string, "?identity=[FILTERED]&identity_kind=shown"
    assert_includes Shop::LOG.string, "&user_id_signature=[FILTERED]"
    refute_match(/eyJ|0123/, Shop::LOG.string)
  end

  def test_without_its_route_the_menu_link_is_the_public_one
    view = Class.new(ActionView::Base.with_empty_template_cache).with_view_paths([])
    assert_equal %(<a #{IGNORED} href="#{PUBLIC_LINK}">Help</a>), view.portal_link_to("Help")
    assert_includes Shop::LOG.string, "route_missing"
    Shop.config.consider_all_requests_local = true
    error = assert_raises(Deskseal::Error) { view.portal_link_to("Help") }
    assert_match(/as: :deskseal_portal\z/, error.message)
  end

  def test_the_menu_link_takes_a_block
    source = '<%= portal_link_to(class: "menu") do %><b>Help</b><% end %>'
    body = get("/page?#{template(source)}").body
    assert_equal %(<a #{IGNORED} class="menu" href="/help"><b>Help</b></a>), body
  end

  CLICKS.fetch("cases").each do |request|
    comment, headers, name = request.values_at("comment", "headers", "answer")
    define_method("test_the_portals_link_is_signed_for_a_click_alone: #{comment}") do
      expected = CLICKS.dig("answers", name)
      target = ["/help", expected["query"]].compact.join("?")
      answer = get(target, environment("X-Customer" => "ada@example.com", **headers))
      assert_includes expected["status"], answer.status
      assert_equal PRIVATE, answer["Cache-Control"]
      assert_equal expected["signed"], answer["Location"].to_s.include?("user_id_signature=")
      assert_equal "#{expected["content_type"]}; charset=utf-8", answer["Content-Type"] if expected["content_type"]
      expected["headers"].to_h.each { |header, value| assert_equal value.sub("PATH", "/help"), answer[header] }
      expected["body"].to_a.each { |part| assert_includes answer.body, part.sub("PATH", "/help") }
      expected["without"].to_a.each { |part| refute_includes answer.body, part }
    end
  end

  def test_an_anonymous_visitor_gets_the_public_form
    assert_equal PUBLIC_LINK, get("/help")["Location"]
  end

  def test_a_link_that_cannot_be_signed_becomes_the_public_one
    ENV.delete("LETTERBOOK_PORTAL_TICKET_SECRET")
    assert_equal PUBLIC_LINK, get("/help?#{ADA}")["Location"]
    assert_includes Shop::LOG.string, "Deskseal: secret_missing: The environment variable"
  end

  def test_an_error_of_the_deployment_is_reported_once
    assert_empty(reported_by { get("/page?as=") })

    ENV["HELPDESKY_HMAC_SECRET"] = "#{SECRET}\n"
    reported = reported_by { 2.times { get("/page?#{ADA}") } }
    assert_equal 1, reported.size
    assert_includes reported.first, "HELPDESKY_HMAC_SECRET"
  end

  def test_the_identity_is_json
    answer = get("/identity?#{ADA}")
    signed = SIGNER.sign_email("ada@example.com")
    expected = { "email" => signed.email, "signature" => signed.signature, "helpdeskId" => "desk-1" }
    assert_equal [expected, PRIVATE], [JSON.parse(answer.body), answer["Cache-Control"]]
    assert_empty JSONSchemer.schema(IDENTITY).validate(JSON.parse(answer.body)).to_a
  end

  def test_an_anonymous_visitor_has_no_identity
    answer = get("/identity")
    assert_equal [204, "", PRIVATE], [answer.status, answer.body, answer["Cache-Control"]]
  end

  def test_a_page_of_another_site_gets_no_identity
    [nil, "https://app.example.com", "null"].each do |origin|
      answer = get("/identity?#{ADA}", fetched_from("cross-site", origin))
      assert_equal [403, { "error" => { "code" => "cross_site" } }], [answer.status, JSON.parse(answer.body)]
      assert_identity_headers answer
    end
  end

  def test_a_page_of_another_site_gets_the_identity_if_its_origin_is_listed
    origins = ["https://app.example.com", "http://localhost:3000"]
    Shop.config.deskseal.ticket_center.origins = origins
    status = ->(origin) { get("/identity?#{ADA}", fetched_from("cross-site", origin)).status }
    origins.each { |origin| assert_equal 200, status[origin] }
    [nil, "null", "http://app.example.com", "https://app.example.com.evil.example"].each do |other|
      assert_equal 403, status[other], other
    end
  end

  def test_a_page_of_this_site_and_a_client_without_the_header_get_the_identity
    ["same-origin", "same-site", "none", nil].each do |site|
      answer = get("/identity?#{ADA}", fetched_from(site))
      assert_equal 200, answer.status, site
      assert_identity_headers answer
    end
  end

  def test_the_identity_has_its_headers_with_every_status
    answers = [get("/identity?#{ADA}"), get("/identity"), get("/identity?as=")]
    Shop.config.deskseal.ticket_center.helpdesk_id = nil
    answers << get("/identity?#{ADA}")
    assert_equal [200, 204, 422, 503], answers.map(&:status)
    answers.each { |answer| assert_identity_headers answer }
  end

  def test_an_origin_that_is_none_is_rejected_and_the_setting_is_named
    ["*", "null", "app.example.com", "https://app.example.com/", "https://*.example.com", "", :origin].each do |origin|
      Shop.config.deskseal.ticket_center.origins = ["https://app.example.com", origin]
      error = assert_raises(ArgumentError) { Deskseal.const_get(:Desk).current.origins }
      assert_match(/\Aconfig\.deskseal\.ticket_center\.origins has .* is not an origin/, error.message)
    end
  end

  def test_a_customer_that_is_false_is_an_anonymous_visitor
    Shop::CUSTOMERS["signed-out"] = false
    assert_equal "<h1>Support</h1>", get("/page?as=signed-out").body
    assert_equal 204, get("/identity?as=signed-out").status
    assert_equal PUBLIC_LINK, get("/help?as=signed-out")["Location"]
  ensure
    Shop::CUSTOMERS.delete("signed-out")
  end

  def test_an_address_that_cannot_be_signed_is_an_error_about_the_customer
    assert_error_answer 422, "email_empty", get("/identity?as=")
    assert_error_answer 422, "email_malformed", get("/identity?as=ada")
    assert_error_answer 422, "email_too_long", get("/identity?as=#{"x" * 320}@example.com")
  end

  # What is set, and the code of the answer.
  {
    { secret: nil } => "secret_missing",
    { secret: "changeme" } => "secret_placeholder",
    { secret: "$HELPDESKY_HMAC_SECRET" } => "secret_placeholder",
    { secret: 1_234_567_890_123_456 } => "secret_malformed",
    { helpdesk_id: nil } => "helpdesk_id_malformed",
    { helpdesk_id: "YOUR_HELPDESK_ID" } => "helpdesk_id_malformed",
  }.each do |changes, code|
    define_method("test_#{code}_of_#{changes.values.first.inspect}_is_an_error_of_the_deployment") do
      Shop.config.deskseal.ticket_center.merge!(changes)
      assert_error_answer 503, code, get("/identity?#{ADA}")
      page = get("/page?#{ADA}")
      assert_equal 200, page.status
      assert_includes page.body, PUBLIC_LINK
    end
  end

  def test_with_an_unusable_script_url_the_page_still_works
    Shop.config.deskseal.ticket_center.script_url = "javascript:alert(1)"
    assert_includes get("/page?#{ADA}").body, PUBLIC_LINK
    assert_includes Shop::LOG.string, "embed_option_malformed"
  end

  def test_the_vendors_own_name_of_the_variable_is_read_as_well
    ENV["HDH_HMAC_SECRET"] = SECRET
    assert_includes get("/page?#{ADA}").body, embed
    ENV["HDH_HMAC_SECRET"] = OTHER
    assert_error_answer 503, "secret_conflict", get("/identity?#{ADA}")
    Shop.config.deskseal.ticket_center.secret_variable = "HELPDESKY_HMAC_SECRET"
    assert_includes get("/page?#{ADA}").body, embed
  end

  def test_a_request_cannot_change_the_portal_to_which_it_is_redirected
    ["next=https://evil.example", "url=//evil.example", "x=%0d%0aLocation:%20x"].each do |attack|
      attacker = { "HTTP_HOST" => "evil.example", "HTTP_X_FORWARDED_HOST" => "evil.example" }
      answer = Rack::MockRequest.new(Shop).get("/help?#{ADA}&#{attack}", attacker)
      assert answer["Location"].start_with?("#{PUBLIC_LINK}?user_id=42&"), attack
    end
  end

  def test_markup_is_a_safe_buffer_and_nil_without_a_customer
    view = SupportController.new.tap { |controller| controller.set_request!(request) }.view_context
    customer = Shop::CUSTOMERS["ada@example.com"]
    [view.ticket_center_tag(customer), view.portal_link_to("Help")].each do |markup|
      assert_instance_of ActiveSupport::SafeBuffer, markup
    end
    # Some libraries for signing in return false.
    [nil, false].each { |customer| assert_nil view.ticket_center_tag(customer) }
  end

  def test_values_of_a_customer_or_a_page_are_escaped
    answer = get("/page?as=#{Rack::Utils.escape('"><script>@example.com')}")
    refute_includes answer.body, "<script>@"
    body = get("/page?#{template('<%= portal_link_to "<b>" %>')}").body
    assert_includes body, "&lt;b&gt;</a>"
  end

  def test_a_product_never_uses_the_other_products_secret
    ENV.delete("HELPDESKY_HMAC_SECRET")
    assert_includes get("/help?#{ADA}")["Location"], "user_id=42"
    ENV.update(SECRETS).delete("LETTERBOOK_PORTAL_TICKET_SECRET")
    assert_equal 200, get("/identity?#{ADA}").status
    assert_equal PUBLIC_LINK, get("/help?#{ADA}")["Location"]
  end

  def test_secrets_may_be_among_the_credentials
    SECRETS.each_key { |name| ENV.delete(name) }
    ENV["HELPDESKY_HELPDESK_ID"] = "desk-2"
    Shop.config.deskseal.ticket_center.helpdesk_id = nil
    use_credentials(ticket_center: { secret: SECRET }, portal: { secret: OTHER })
    assert_equal "desk-2", JSON.parse(get("/identity?#{ADA}").body)["helpdeskId"]
    assert_includes get("/help?#{ADA}")["Location"], "user_id=42"
    use_credentials(ticket_center: { secret: SECRET, helpdesk_id: "desk-3" })
    assert_equal "desk-3", JSON.parse(get("/identity?#{ADA}").body)["helpdeskId"]
  ensure
    ENV.delete("HELPDESKY_HELPDESK_ID")
  end

  def test_a_secret_in_the_settings_is_used_even_if_it_is_nil
    Shop.config.deskseal.ticket_center.secret = nil
    assert_equal 503, get("/identity?#{ADA}").status
    Shop.config.deskseal.ticket_center.secret = -> { SECRET }
    assert_equal 200, get("/identity?#{ADA}").status
  end

  def test_changed_secrets_and_settings_are_used_at_the_next_signature
    signature = -> { JSON.parse(get("/identity?#{ADA}").body)["signature"] }
    expected = [SECRET, OTHER].map { |secret| Deskseal::Signer.new(secret).sign_email(EMAIL).signature }
    assert_equal expected[0], signature.call
    ENV["HELPDESKY_HMAC_SECRET"] = OTHER
    assert_equal expected[1], signature.call
    use_credentials(ticket_center: { secret: SECRET })
    assert_equal expected[0], signature.call
    Shop.config.deskseal.ticket_center.secret = OTHER
    assert_equal expected[1], signature.call
  end

  def test_the_settings_choose_which_values_of_a_customer_are_signed
    Shop.config.deskseal.portal.user_id = :uuid
    Shop.config.deskseal.ticket_center.email = ->(customer) { "shop-#{customer.email}" }
    assert_includes get("/help?#{ADA}")["Location"], "user_id=uuid-42&"
    assert_equal "shop-ada@example.com", JSON.parse(get("/identity?#{ADA}").body)["email"]
  end

  def test_verifying_the_raw_target_rejects_a_repeated_parameter
    link = Deskseal::Signer.new(OTHER).portal_link("https://help.company.com", "a+b &ü")
    target = link.delete_prefix("https://help.company.com")
    assert_equal "a+b &ü", get(target).body.force_encoding("UTF-8")
    %w[user_id=43 user_id_signature=0 user_id_timestamp=1].each do |repeated|
      assert_equal "identity_repeated", get("#{target}&#{repeated}").body, repeated
    end
  end

  def test_the_generator_writes_the_initializer
    Dir.mktmpdir do |folder|
      output = capture_io { Rails::Generators.invoke("deskseal:install", [], destination_root: folder) }.join
      written = File.read(File.join(folder, "config/initializers/deskseal.rb"))
      assert_includes output, "config/initializers/deskseal.rb"
      eval(written.gsub("# config.", "config."))
    end
    assert_equal "https://desk.company.com/ticket-center.js", Shop.config.deskseal.ticket_center.script_url
  end

  def test_the_signatures_declare_what_there_is
    plain = Signatures.new(File.join(SIGNATURES, "deskseal.rbs")).declared.keys
    declared = Signatures.new(File.join(SIGNATURES, "rails.rbs")).declared
    assert_equal (Deskseal.constants - [:VERSION, :Generators]).map(&:name).sort,
                 [*plain - ["Result"], *declared.keys].compact.sort
    declared.reject { |name| name.nil? }.each { |name, found| assert_declared(Deskseal.const_get(name), found.methods) }
  end

  def test_the_plain_gem_loads_no_framework
    assert_equal "nil", ruby("require 'deskseal'; p defined?(Rails)").strip
  end

  private

  # Gives the application the credentials of an encrypted file, as `bin/rails credentials:edit` writes it.
  def use_credentials(settings)
    ENV["RAILS_MASTER_KEY"] = ActiveSupport::EncryptedFile.generate_key
    Shop.encrypted("credentials.yml.enc").write({ "deskseal" => settings.deep_stringify_keys }.to_yaml)
    Shop.credentials = Shop.encrypted("credentials.yml.enc")
  end

  # Returns the sentences that the error reporter of Rails gets. Rails 6.1 has none.
  def reported_by
    sentences = []
    reporter = Object.new
    reporter.define_singleton_method(:report) { |error, **| sentences << error.message }
    original = Rails.method(:error) if Rails.respond_to?(:error)
    Rails.define_singleton_method(:error) { reporter }
    yield
    sentences
  ensure
    Rails.singleton_class.remove_method(:error)
    Rails.define_singleton_method(:error, original) if original
  end

  # A method that is private in Ruby and begins with the gem's name is not for others.
  def assert_declared(actual, methods)
    is_private = methods.to_h { |name, signature| [name.to_sym, signature.private?] }
    public_methods = actual.public_instance_methods(false)
    private_methods = actual.private_instance_methods(false).grep_v(/\A(?:deskseal_|initialize)/)
    assert_equal is_private, [*public_methods.product([false]), *private_methods.product([true])].to_h
    methods.each do |name, signature|
      parameters = actual.instance_method(name).parameters
      assert_equal signature.parameters, parameters.map { |kind, named| kind == :block ? [kind] : [kind, named] }
    end
  end

  def assert_error_answer(status, code, answer)
    answered = JSON.parse(answer.body)
    assert_equal [status, { "error" => { "code" => code } }], [answer.status, answered]
    assert_empty JSONSchemer.schema(IDENTITY.dig("definitions", "error")).validate(answered).to_a
    assert_equal PRIVATE, answer["Cache-Control"]
    assert_includes Shop::LOG.string, code
  end

  def get(target, headers = {})
    Rack::MockRequest.new(Shop).get(target, headers)
  end

  # Returns the headers with which a browser fetches for a page.
  def fetched_from(site, origin = nil)
    environment({ "Sec-Fetch-Site" => site, "Origin" => origin }.compact)
  end

  def assert_identity_headers(answer)
    expected = [PRIVATE, "same-origin", "nosniff"]
    names = ["Cache-Control", "Cross-Origin-Resource-Policy", "X-Content-Type-Options"]
    assert_equal(expected, names.map { |name| answer[name] })
  end

  def environment(headers)
    headers.transform_keys { |name| "HTTP_#{name.upcase.tr("-", "_")}" }
  end

  def template(source)
    "template=#{Rack::Utils.escape(source)}"
  end

  def request
    ActionDispatch::Request.new(Rack::MockRequest.env_for("/"))
  end

  def embed(**options)
    html = SIGNER.ticket_center("ada@example.com", "desk-1", **options).html
    %(<template data-hx-history="false"></template>#{html})
  end
end
