# frozen_string_literal: true

# The gem together with Rails: its templates, its JSON, and its times.

require_relative "support"
require "active_support/all"
require "action_view"

class RailsTest < Minitest::Test
  include Support

  QUOTED = '"ada"@example.com'

  def embed
    SIGNER.ticket_center(QUOTED, "desk-1")
  end

  # Returns what a view of Rails makes of the template.
  def rendered(template)
    view = Class.new(ActionView::Base.with_empty_template_cache)
    view.with_view_paths([], { embed: embed }).render(inline: template)
  end

  def test_a_view_renders_the_markup_once_escaped
    markup = embed.to_h.fetch(:html)
    assert_includes markup, "&quot;ada&quot;@example.com"
    [
      "<%= @embed %>", "<%= @embed.html %>", "<%= @embed.html_safe %>", "<%= @embed.to_s %>",
      "<%== @embed %>", "<%= raw @embed %>", "<% concat @embed %>", "<%= safe_join([@embed]) %>",
    ].each { |template| assert_equal markup, rendered(template), template }
    assert_equal "<p>#{markup}</p>", rendered("<%= content_tag(:p, @embed) %>")
  end

  def test_a_view_escapes_everything_else
    assert_equal ERB::Util.html_escape(QUOTED), rendered('<%= @embed.attributes["data-email"] %>')
    tag = rendered("<%= tag.script(**@embed.attributes.symbolize_keys) %>")
    assert_includes tag, 'data-email="&quot;ada&quot;@example.com"'
    assert_includes tag, 'src="https://helpdesky.io/ticket-center.js"'
  end

  def test_markup_is_a_safe_frozen_string
    [embed.html, embed.to_s, embed.html_safe].each do |markup|
      assert_instance_of ActiveSupport::SafeBuffer, markup
      assert_predicate markup, :frozen?
      assert_equal Encoding::UTF_8, markup.encoding
    end
    assert_instance_of String, embed.to_h.fetch(:html)
    assert Ractor.shareable?(embed)
  end

  def test_rails_writes_results_as_json
    [SIGNER.sign_email(EMAIL), embed, VERIFIER.explain_email(EMAIL, WRONG)].each do |result|
      assert_equal result.as_json, JSON.parse(ActiveSupport::JSON.encode(result))
      assert_equal result.as_json, JSON.parse(result.to_json)
      assert_equal [result.as_json], JSON.parse([result].to_json)
    end
  end

  def test_signers_and_verifiers_do_not_show_their_secrets_as_json
    [SIGNER, VERIFIER].each do |holder|
      refute_includes [holder.to_json, holder.as_json.inspect, holder.instance_values.inspect].join, "secret"
    end
  end

  def test_a_safe_buffer_is_accepted_as_text
    signed = SIGNER.sign_email("Ada@example.com".html_safe)
    assert_equal [EMAIL, String], [signed.email, signed.email.class]
  end

  def test_times_with_a_time_zone_are_times
    moment = ActiveSupport::TimeZone["Europe/Berlin"].at(SECOND) + 0.9
    assert_instance_of ActiveSupport::TimeWithZone, moment
    assert_equal SECOND, SIGNER.sign_user(HOST, "user-42", timestamp: moment).timestamp
    signed = Deskseal::Signer.new(OLD).sign_email(EMAIL)
    verifier = Deskseal::Verifier.new(SECRET, previous: [[OLD, moment]])
    assert_equal 1, verifier.verify_email(EMAIL, signed.signature, now: moment - 1).secret_index
    assert_raises(TypeError) { SIGNER.sign_user(HOST, "user-42", timestamp: 5.minutes) }
    assert_raises(TypeError) { SIGNER.sign_user(HOST, "user-42", timestamp: moment.to_datetime) }
  end
end
