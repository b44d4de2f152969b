# frozen_string_literal: true

# Exceptions: their classes, their codes, and how they travel.

require_relative "support"

class ErrorsTest < Minitest::Test
  include Support

  # Returns one error of every kind.
  def errors
    [
      -> { Deskseal::Signer.new("") },
      -> { Deskseal.canonical_email("") },
      -> { VERIFIER.verify_email("", "") },
    ].map { |call| assert_raises(Deskseal::Error, &call) }
  end

  def test_the_class_says_what_is_at_fault
    kinds = [Deskseal::SecretError, Deskseal::InputError, Deskseal::VerificationError]
    assert_equal kinds, errors.map(&:class)
    assert_equal %w[secret_empty email_empty email_empty], errors.map(&:code)
  end

  def test_an_error_says_whether_it_is_about_the_customer
    assert_equal [false, true, true], errors.map(&:is_about_customer)
  end

  def test_plain_rescue_catches_them
    Deskseal.canonical_email("")
    flunk
  rescue => error
    assert_instance_of Deskseal::InputError, error
  end

  def test_an_error_reads_as_its_sentence
    errors.each do |error|
      assert_match(/\A[A-Z].*\.\z/, error.message)
      assert_includes error.full_message(highlight: false), "#{error.message} (#{error.class})"
      refute_includes error.message, error.code
      assert_equal [Encoding::UTF_8, Encoding::UTF_8], [error.message.encoding, error.code.encoding]
    end
  end

  def test_the_backtrace_leads_to_the_caller
    errors.each { |error| assert(error.backtrace.any? { |line| line.start_with?("#{__FILE__}:") }) }
  end

  def test_errors_survive_dumping_and_copying
    errors.each do |error|
      [Marshal.load(Marshal.dump(error)), error.dup, error.exception("Another sentence.")].each do |twin|
        assert_equal [error.class, error.code, error.is_about_customer], [twin.class, twin.code, twin.is_about_customer]
      end
    end
  end

  def test_ruby_code_can_make_them
    error = assert_raises(Deskseal::InputError) do
      raise Deskseal::InputError.new("Empty.", code: "email_empty")
    end
    assert_equal ["Empty.", "email_empty"], [error.message, error.code]
    assert_includes error.full_message, "Empty."
    assert_raises(ArgumentError) { Deskseal::InputError.new("Empty.") }
  end

  def test_errors_do_not_show_what_the_visitor_sent
    ["evil", "/?user_id=evil", "/?user_id=evil%07&user_id_timestamp=1&user_id_signature=2"].each do |url|
      error = assert_raises(Deskseal::VerificationError) { VERIFIER.verify_link(HOST, url) }
      refute_includes error.full_message, "evil"
      refute_includes error.inspect, "evil"
      assert_equal %i[@code @is_about_customer], error.instance_variables.sort
    end
  end

  def test_errors_do_not_show_a_token
    token = SIGNER.identity_token("desk-1", user_id: "evil", now: SECOND)
    ["evil", "#{token}evil", token.sub("eyJ", "evil"), token].each do |bad|
      error = assert_raises(Deskseal::VerificationError) { VERIFIER.verify_identity_token("desk-1", bad) }
      shown = [error.full_message, error.inspect].join
      refute(shown.include?("evil") || shown.include?("eyJ"), shown)
    end
  end

  def test_arguments_are_checked_as_ruby_does
    {
      "missing keywords: :timestamp, :signature" => -> { VERIFIER.verify_user(portal_host: "", user_id: "") },
      "unknown keyword: :date" => -> { SIGNER.sign_user(HOST, "user-42", date: 1) },
      "unknown keyword: :timestamp" => -> { VERIFIER.verify_link(HOST, "/", timestamp: 1) },
      "wrong number of arguments (given 0, expected 1)" => -> { SIGNER.sign_email },
      "wrong number of arguments (given 3, expected 2)" => -> { VERIFIER.verify_email(EMAIL, WRONG, SECOND) },
      "wrong number of arguments (given 2, expected 1)" => -> { Deskseal::Signer.from_env("NAME", "OTHER") },
    }.each do |message, call|
      assert_equal message, assert_raises(ArgumentError, &call).message
    end
  end
end
