# frozen_string_literal: true

# The times to sign and compare with: integers, and objects of Time.

require "date"
require_relative "support"

class TimeTest < Minitest::Test
  include Support

  # A Time of another class, as frameworks have them.
  class Noon < Time; end

  def test_all_forms_of_a_time_give_the_same_signature
    [
      SECOND, Time.at(SECOND), Time.utc(2026), Time.new(2026, 1, 1, 5, 30, 0, "+05:30"), Noon.at(SECOND),
      Time.utc(2025, 12, 31, 23, 59, 60), Time.at(SECOND, 999_999_999, :nsec)
    ].each do |moment|
      signed = SIGNER.sign_user(HOST, "user-42", timestamp: moment)
      assert_equal SIGNER.sign_user(HOST, "user-42", timestamp: SECOND), signed, moment.inspect
      assert_instance_of Integer, signed.timestamp
      assert_equal token(SECOND), token(moment), moment.inspect
    end
  end

  def test_fractions_are_dropped_and_never_rounded_up
    last = Time.at(99_999_999_999, 999_999_999, :nsec)
    assert_equal 99_999_999_999, SIGNER.sign_user(HOST, "user-42", timestamp: last).timestamp
    assert_equal 0, SIGNER.sign_user(HOST, "user-42", timestamp: Time.at(0.9)).timestamp
    assert_rejected(Deskseal::InputError, "timestamp_malformed") do
      SIGNER.sign_user(HOST, "user-42", timestamp: Time.at(-0.1r))
    end
  end

  def test_the_default_time_is_now
    before = Time.now.to_i
    signed = SIGNER.sign_user(HOST, "user-42", timestamp: nil)
    assert_includes before..Time.now.to_i, signed.timestamp
    assert_equal signed, SIGNER.sign_user(HOST, "user-42", timestamp: signed.timestamp)
    link = SIGNER.portal_link("https://#{HOST}", "user-42")
    assert_equal "user-42", VERIFIER.verify_link(HOST, link, now: nil).user_id
  end

  def test_other_types_are_rejected
    [
      true, false, 1.0, SECOND.to_r, SECOND.to_c, SECOND.to_s, :now, Date.new(2026), DateTime.new(2026)
    ].each { |bad| assert_no_time(bad) }
  end

  def test_integers_of_any_size_get_their_code
    [-1, 10**11, 2**62, 2**63 - 1, 2**63, 10**400, -(2**63) - 1, -(10**400)].each do |beyond|
      assert_rejected(Deskseal::InputError, "timestamp_malformed") do
        SIGNER.sign_user(HOST, "user-42", timestamp: beyond)
      end
      assert_rejected(Deskseal::InputError, "timestamp_malformed") do
        VERIFIER.verify_email(EMAIL, WRONG, now: beyond)
      end
      assert_rejected(Deskseal::SecretError, "secret_expiry_malformed") do
        Deskseal::Verifier.new(SECRET, previous: [[OLD, beyond]])
      end
      assert_rejected(Deskseal::InputError, "tolerance_malformed") do
        Deskseal::Verifier.new(SECRET, tolerance: beyond)
      end
      assert_rejected(Deskseal::InputError, "timestamp_malformed") { token(beyond) }
      assert_rejected(Deskseal::InputError, "identity_token_claim") { token(SECOND, expires_in: beyond) }
    end
  end

  def test_a_lifetime_must_be_an_integer
    [true, 300.0, "300", nil, Time.at(300)].each do |bad|
      error = assert_raises(TypeError) { token(SECOND, expires_in: bad) }
      assert_equal "expected Integer, not #{bad.class}", error.message
    end
  end

  def test_a_token_is_valid_until_its_expiry
    assert_equal "user-42", VERIFIER.verify_identity_token("desk-1", token(nil), now: nil).user_id
    [token(SECOND), token(SECOND, expires_in: 600)].each do |token|
      assert_equal SECOND + 600, VERIFIER.verify_identity_token("desk-1", token, now: SECOND + 599).expires_at
      assert_rejected(Deskseal::VerificationError, "identity_token_expired") do
        VERIFIER.verify_identity_token("desk-1", token, now: Time.at(SECOND + 600))
      end
    end
  end

  def test_a_tolerance_must_be_an_integer
    [true, 300.0, "300", nil, Time.at(300)].each do |bad|
      error = assert_raises(TypeError) { Deskseal::Verifier.new(SECRET, tolerance: bad) }
      assert_equal "expected Integer, not #{bad.class}", error.message
    end
  end

  def test_the_default_tolerance_is_300_seconds
    link = SIGNER.portal_link("https://#{HOST}", "user-42", timestamp: SECOND)
    assert_equal "user-42", VERIFIER.verify_link(HOST, link, now: SECOND + 300).user_id
    assert_rejected(Deskseal::VerificationError, "timestamp_expired") do
      VERIFIER.verify_link(HOST, link, now: SECOND + 301)
    end
  end

  def test_a_previous_secret_expires_at_the_second_of_its_expiry
    signed = Deskseal::Signer.new(OLD).sign_email(EMAIL)
    [SECOND, Time.utc(2026), Time.at(SECOND, 999, :millisecond)].each do |expires_at|
      verifier = Deskseal::Verifier.new(SECRET, previous: [[OLD, expires_at]])
      assert_equal 1, verifier.verify_email(EMAIL, signed.signature, now: SECOND - 1).secret_index
      assert_rejected(Deskseal::VerificationError, "signature_mismatch") do
        verifier.verify_email(EMAIL, signed.signature, now: SECOND)
      end
    end
  end

  def assert_no_time(bad)
    [
      -> { SIGNER.sign_user(HOST, "user-42", timestamp: bad) },
      -> { VERIFIER.verify_email(EMAIL, WRONG, now: bad) },
      -> { VERIFIER.verify_link(HOST, "/", now: bad) },
      -> { VERIFIER.explain_link(HOST, "/", now: bad) },
      -> { token(bad) },
      -> { SIGNER.ticket_center_with_token("desk-1", now: bad) },
      -> { SIGNER.portal_link_with_token("https://#{HOST}", now: bad) },
      -> { VERIFIER.verify_identity_token("desk-1", "", now: bad) },
      -> { VERIFIER.explain_identity_token("desk-1", "", now: bad) },
      -> { Deskseal::Verifier.new(SECRET, previous: [[OLD, bad]]) },
    ].each do |call|
      error = assert_raises(TypeError, &call)
      assert_equal "expected Integer (Unix seconds) or Time, not #{bad.class}", error.message
    end
  end

  # A Time that runs code of its own while it is converted.
  class Meddler < Time
    attr_accessor :meddle

    def to_i
      meddle.call
      super
    end
  end

  def test_a_time_that_empties_its_own_array_while_it_is_converted_is_safe
    previous = Array.new(100) { |index| ["an-older-secret-number-#{index}", SECOND] }
    signatures = previous.map { |(secret, _)| Deskseal::Signer.new(secret).sign_email(EMAIL).signature }
    previous << [OLD, meddler(previous)]
    verifier = Deskseal::Verifier.new(SECRET, previous: previous)
    assert_empty previous
    indices = signatures.map { |signature| verifier.verify_email(EMAIL, signature, now: 0).secret_index }
    assert_equal (1..100).to_a, indices
  end

  def test_a_time_that_empties_the_attributes_while_it_is_converted_is_safe
    name = "Ada" * 30
    attributes = Array.new(20) { |index| ["name_#{index}", "value #{index}" * 20] }.to_h
    expected = attributes.transform_values(&:dup)
    moment = Meddler.at(SECOND)
    moment.meddle = lambda do
      attributes.each_value(&:clear)
      attributes.clear
      name.replace("Grace")
      GC.start
    end
    made = SIGNER.identity_token("desk-1", user_id: "user-42", name: name, attributes: attributes, now: moment)
    assert_empty attributes
    verified = VERIFIER.verify_identity_token("desk-1", made, now: SECOND)
    assert_equal [expected.sort, "Grace"], [verified.attributes.to_a, verified.name]
  end

  private

  def token(now, **options)
    SIGNER.identity_token("desk-1", user_id: "user-42", token_id: "token-1", now: now, **options)
  end

  # Returns a moment that frees the pairs of the array, and has others in their place.
  def meddler(pairs)
    Meddler.at(SECOND).tap do |moment|
      moment.meddle = lambda do
        pairs.each(&:clear)
        pairs.clear
        GC.start
        @others = Array.new(100_000) { |index| "another-secret-here-#{index}" }
      end
    end
  end
end
