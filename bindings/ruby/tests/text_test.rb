# frozen_string_literal: true

# Text that JSON cannot carry: bytes, other encodings, other types, and subclasses of String.

require_relative "support"

class TextTest < Minitest::Test
  include Support

  # Text that is ill-formed, or whose bytes do not say what it is.
  ILL_FORMED = {
    "a byte that begins no character" => "lone \xFF byte",
    "a surrogate" => "lone \xED\xA0\x80 surrogate",
    "a character cut off" => "cut \xE2\x82",
    "an overlong form" => "overlong \xC0\xAF",
    "binary" => "\xFF\x00\xC3".b,
    "binary that would be UTF-8" => "ä@example.com".b,
    "Latin-1" => "ä@example.com".encode("ISO-8859-1"),
    "Shift_JIS" => "あ@example.com".encode("Shift_JIS"),
    "UTF-16" => "ada@example.com".encode("UTF-16LE"),
    "UTF-16 with a mark" => "ada@example.com".encode("UTF-16"),
    "UTF-32" => "ada@example.com".encode("UTF-32BE"),
    "UTF-7, whose bytes are ASCII" => "+AOQ-@example.com".dup.force_encoding("UTF-7"),
    "ISO-2022-JP, whose bytes are ASCII" => "あ@example.com".encode("ISO-2022-JP"),
    "ASCII that is none" => "ä@example.com".dup.force_encoding("US-ASCII"),
  }.freeze

  # What each parameter gives where text is ill-formed, however wrong the others are.
  ERRORS = [
    [Deskseal::InputError, "email_malformed", ->(bad) { Deskseal.canonical_email(bad) }],
    [Deskseal::InputError, "host_malformed", ->(bad) { Deskseal.canonical_host(bad) }],
    [Deskseal::SecretError, "secret_malformed", ->(bad) { Deskseal::Signer.new(bad) }],
    [Deskseal::SecretError, "secret_malformed", ->(bad) { Deskseal::Signer.from_env(bad) }],
    [Deskseal::SecretError, "secret_malformed", ->(bad) { Deskseal::Verifier.new(bad) }],
    [
      Deskseal::SecretError, "secret_malformed",
      ->(bad) { Deskseal::Verifier.new(nil, previous: [[bad, -1]]) }
    ],
    [Deskseal::SecretError, "secret_malformed", ->(bad) { Deskseal::Verifier.from_env(bad, tolerance: -1) }],
    [
      Deskseal::SecretError, "secret_malformed",
      ->(bad) { Deskseal::Verifier.from_env("VITE_", previous: [["", 0], [bad, 0]]) }
    ],
    [Deskseal::InputError, "email_malformed", ->(bad) { SIGNER.sign_email(bad) }],
    [Deskseal::InputError, "host_malformed", ->(bad) { SIGNER.sign_user(bad, bad) }],
    [Deskseal::InputError, "user_id_malformed", ->(bad) { SIGNER.sign_user("", bad, timestamp: -1) }],
    [Deskseal::InputError, "portal_url_malformed", ->(bad) { SIGNER.portal_link(bad, bad) }],
    [Deskseal::InputError, "user_id_malformed", ->(bad) { SIGNER.portal_link("", bad, timestamp: -1) }],
    [Deskseal::InputError, "email_malformed", ->(bad) { SIGNER.ticket_center(bad, bad) }],
    [Deskseal::InputError, "helpdesk_id_malformed", ->(bad) { SIGNER.ticket_center("", bad, align: bad) }],
    *%i[align max_width container script_url nonce].map do |option|
      [Deskseal::InputError, "embed_option_malformed", ->(bad) { SIGNER.ticket_center("", "", option => bad) }]
    end,
    *{
      "email_malformed" => ->(bad) { { email: bad, user_id: bad } },
      "user_id_malformed" => ->(bad) { { user_id: bad, name: bad } },
    }.map do |code, claims|
      [Deskseal::InputError, code, ->(bad) { SIGNER.identity_token("", **claims.call(bad), now: -1) }]
    end,
    *[
      ->(bad) { { name: bad } }, ->(bad) { { attributes: { bad => 1 } } }, ->(bad) { { attributes: { a: bad, b: 1 } } },
      ->(bad) { { token_id: bad } }
    ].flat_map do |claims|
      [
        ->(bad) { SIGNER.identity_token("", **claims.call(bad), now: -1) },
        ->(bad) { SIGNER.ticket_center_with_token("", **claims.call(bad), align: bad, now: -1) },
      ].map { |call| [Deskseal::InputError, "identity_token_claim", call] }
    end,
    [Deskseal::InputError, "host_malformed", ->(bad) { SIGNER.identity_token(bad, email: bad) }],
    [Deskseal::InputError, "helpdesk_id_malformed", ->(bad) { SIGNER.ticket_center_with_token(bad, email: bad) }],
    [Deskseal::InputError, "email_malformed", ->(bad) { SIGNER.ticket_center_with_token("", email: bad, user_id: bad) }],
    [Deskseal::InputError, "user_id_malformed", ->(bad) { SIGNER.ticket_center_with_token("", user_id: bad, name: bad) }],
    *%i[align max_width container script_url nonce].map do |option|
      [Deskseal::InputError, "embed_option_malformed", ->(bad) { SIGNER.ticket_center_with_token("", option => bad) }]
    end,
    [Deskseal::InputError, "portal_url_malformed", ->(bad) { SIGNER.portal_link_with_token(bad, email: bad) }],
    [Deskseal::InputError, "email_malformed", ->(bad) { SIGNER.portal_link_with_token("", email: bad, user_id: bad) }],
    [Deskseal::InputError, "user_id_malformed", ->(bad) { SIGNER.portal_link_with_token("", user_id: bad, token_id: bad) }],
    [Deskseal::InputError, "identity_token_claim", ->(bad) { SIGNER.portal_link_with_token("", token_id: bad, now: -1) }],
    [Deskseal::InputError, "host_malformed", ->(bad) { VERIFIER.verify_identity_token(bad, bad) }],
    [
      Deskseal::VerificationError, "identity_token_malformed",
      ->(bad) { VERIFIER.verify_identity_token("", bad, now: -1) }
    ],
    [Deskseal::InputError, "host_malformed", ->(bad) { VERIFIER.explain_identity_token(bad, bad) }],
    [
      Deskseal::VerificationError, "identity_token_malformed",
      ->(bad) { VERIFIER.explain_identity_token("", bad, other_secrets: [bad]) }
    ],
    [
      Deskseal::SecretError, "secret_malformed",
      ->(bad) { VERIFIER.explain_identity_token("", "", other_secrets: ["", bad], now: -1) }
    ],
    [Deskseal::VerificationError, "email_malformed", ->(bad) { VERIFIER.verify_email(bad, bad) }],
    [Deskseal::VerificationError, "signature_malformed", ->(bad) { VERIFIER.verify_email("", bad, now: -1) }],
    [Deskseal::InputError, "host_malformed", ->(bad) { VERIFIER.verify_link(bad, bad) }],
    [
      Deskseal::VerificationError, "portal_url_malformed",
      ->(bad) { VERIFIER.verify_link("", bad, now: -1) }
    ],
    [Deskseal::InputError, "email_malformed", ->(bad) { VERIFIER.explain_email(bad, bad) }],
    [Deskseal::VerificationError, "signature_malformed", ->(bad) { VERIFIER.explain_email("", bad) }],
    [
      Deskseal::SecretError, "secret_malformed",
      ->(bad) { VERIFIER.explain_email("", "", other_secrets: [nil, bad], now: -1) }
    ],
    [Deskseal::InputError, "host_malformed", ->(bad) { VERIFIER.explain_link(bad, bad) }],
    [Deskseal::InputError, "portal_url_malformed", ->(bad) { VERIFIER.explain_link("", bad) }],
    [
      Deskseal::SecretError, "secret_malformed",
      ->(bad) { VERIFIER.explain_link("", "", other_secrets: ["", bad]) }
    ],
    *{
      portal_host: Deskseal::InputError, user_id: Deskseal::VerificationError,
      timestamp: Deskseal::VerificationError, signature: Deskseal::VerificationError
    }.map do |name, kind|
      claim = { portal_host: "", user_id: "", timestamp: "", signature: "" }
      [
        kind, "#{name.to_s.delete_prefix("portal_")}_malformed",
        ->(bad) { VERIFIER.verify_user(**claim, name => bad, now: -1) }
      ]
    end,
  ].freeze

  def test_ill_formed_text_is_malformed_before_every_other_check
    ILL_FORMED.each do |what, bad|
      ERRORS.each { |kind, code, call| assert_rejected(kind, code, what) { call.call(bad) } }
    end
  end

  def test_the_first_ill_formed_part_of_a_claim_is_reported
    bad = "\xFF"
    assert_rejected(Deskseal::InputError, "host_malformed") do
      VERIFIER.verify_user(signature: bad, timestamp: bad, user_id: bad, portal_host: bad)
    end
  end

  def test_ascii_is_text_in_every_encoding_that_has_it
    %w[UTF-8 US-ASCII BINARY ISO-8859-1 Windows-1252 Shift_JIS GB18030 UTF8-MAC].each do |encoding|
      email = "Ada@example.com".dup.force_encoding(encoding)
      assert_equal EMAIL, SIGNER.sign_email(email).email, encoding
    end
  end

  def test_frozen_text_is_accepted_and_no_text_is_changed
    email = "  Ada@Example.com ".dup
    signed = SIGNER.sign_email(email)
    assert_equal signed, SIGNER.sign_email(email.dup.freeze)
    assert_equal ["  Ada@Example.com ", false], [email, email.frozen?]
  end

  # A subclass, as frameworks make them, whose own methods must not matter.
  class Name < String
    def to_s
      "eve@example.com"
    end
    alias to_str to_s
    alias encode to_s
    alias b to_s
  end

  def test_subclasses_of_string_are_text
    signed = SIGNER.sign_email(Name.new("Ada@example.com"))
    assert_equal EMAIL, signed.email
    assert_instance_of String, signed.email
    assert_equal EMAIL, VERIFIER.verify_email(Name.new(signed.email), Name.new(signed.signature)).email
  end

  # Something that Ruby could make a String of, if it were asked.
  class Convertible
    def to_str
      EMAIL
    end
  end

  def test_other_types_are_rejected
    [nil, 1, 1.0, true, :symbol, [EMAIL], { email: EMAIL }, Object.new, Convertible.new].each do |bad|
      error = assert_raises(TypeError) { SIGNER.sign_email(bad) }
      assert_equal "expected String, not #{bad.class}", error.message
    end
  end

  def test_a_flag_is_true_or_false
    ["anonymous", "", 1, nil].each do |bad|
      error = assert_raises(TypeError) { SIGNER.ticket_center(EMAIL, "desk-1", crossorigin: bad) }
      assert_equal "expected true or false, not #{bad.class}", error.message
    end
  end

  def test_attributes_have_names_and_plain_values
    value = "expected attributes of String, Integer, true or false"
    name = "expected attributes with names of String or Symbol"
    {
      "private" => "expected a Hash of attributes, not String",
      [["private", 1]] => "expected a Hash of attributes, not Array",
      Object.new => "expected a Hash of attributes, not Object",
      { 1 => "private" } => "#{name}, not Integer",
      { nil => "private" } => "#{name}, not NilClass",
      { private: nil } => "#{value}, not NilClass",
      { private: 1.0 } => "#{value}, not Float",
      { private: 1r } => "#{value}, not Rational",
      { private: :symbol } => "#{value}, not Symbol",
      { private: ["private"] } => "#{value}, not Array",
      { private: { private: 1 } } => "#{value}, not Hash",
      { private: Convertible.new } => "#{value}, not #{Convertible}",
      { private: 1, "private" => 1 } =>
        "expected attributes with different names, but a String and a Symbol are the same name",
    }.each do |bad, message|
      error = assert_raises(TypeError) { SIGNER.identity_token("desk-1", user_id: "user-42", attributes: bad) }
      assert_equal message, error.message
    end
  end

  def test_attributes_keep_their_types_and_names_of_any_encoding_of_ascii
    attributes = {
      b: "ä", "a" => Name.new("text"), "c".encode("US-ASCII") => "x".b, "d".b => 2**53 - 1, e: 1 - (2**53), f: true, g: false
    }
    token = SIGNER.identity_token("desk-1", user_id: "user-42", attributes: attributes)
    verified = VERIFIER.verify_identity_token("desk-1", token)
    expected = { "a" => "text", "b" => "ä", "c" => "x", "d" => 2**53 - 1, "e" => 1 - (2**53), "f" => true, "g" => false }
    assert_equal expected.to_a, verified.attributes.to_a
  end

  def test_symbols_are_text_in_their_encoding
    ["ä".encode("ISO-8859-1"), "\xFF".b, "+AOQ-".dup.force_encoding("UTF-7")].each do |bad|
      assert_rejected(Deskseal::InputError, "identity_token_claim") do
        SIGNER.identity_token("", attributes: { bad.to_sym => 1 })
      end
    end
  end

  def test_integers_of_any_size_in_attributes_get_their_code
    [2**53, 2**62, 2**63, 10**400].flat_map { |beyond| [beyond, -beyond] }.each do |beyond|
      assert_rejected(Deskseal::InputError, "identity_token_claim") do
        SIGNER.identity_token("desk-1", user_id: "user-42", attributes: { a: beyond })
      end
    end
  end

  def test_whether_an_email_is_verified_is_true_or_false
    ["false", 0, nil].each do |bad|
      error = assert_raises(TypeError) { SIGNER.identity_token("desk-1", email: EMAIL, email_verified: bad) }
      assert_equal "expected true or false, not #{bad.class}", error.message
    end
  end

  def test_every_text_is_checked_for_its_type_before_ill_formed_text
    bad = "\xFF"
    [
      -> { SIGNER.sign_user(bad, nil) },
      -> { SIGNER.sign_user(bad, bad, timestamp: "1") },
      -> { SIGNER.portal_link(bad, 42) },
      -> { SIGNER.ticket_center(bad, bad, nonce: 1) },
      -> { Deskseal::Signer.from_env(:NAME) },
      -> { Deskseal::Verifier.new(bad, previous: [[nil, nil]]) },
      -> { Deskseal::Verifier.new(bad, tolerance: nil) },
      -> { VERIFIER.verify_email(bad, nil) },
      -> { VERIFIER.verify_user(portal_host: bad, user_id: bad, timestamp: SECOND, signature: bad) },
      -> { VERIFIER.verify_link(bad, bad, now: 1.5) },
      -> { VERIFIER.explain_email(bad, bad, other_secrets: [bad, 1]) },
      -> { VERIFIER.explain_link(bad, bad, other_secrets: nil) },
      -> { SIGNER.identity_token(bad, attributes: { bad => bad, a: nil }) },
      -> { SIGNER.ticket_center_with_token(bad, name: bad, nonce: 1) },
      -> { SIGNER.portal_link_with_token(bad, token_id: 1) },
      -> { VERIFIER.verify_identity_token(bad, nil) },
      -> { VERIFIER.explain_identity_token(bad, bad, now: "1") },
    ].each { |call| assert_raises(TypeError, &call) }
  end

  def test_an_error_of_type_does_not_show_the_value
    error = assert_raises(TypeError) { Deskseal::Signer.new([SECRET]) }
    refute_includes error.full_message, SECRET
  end

  def test_a_text_is_not_accepted_as_an_array_of_secrets
    ["a text", :symbol, { OTHER => 1 }, 5, nil, [OTHER].each].each do |bad|
      assert_raises(TypeError) { VERIFIER.explain_email(EMAIL, WRONG, other_secrets: bad) }
      assert_raises(TypeError) { Deskseal::Verifier.new(SECRET, previous: bad) }
    end
  end

  def test_a_signature_with_one_of_the_other_secrets_is_explained
    signed = Deskseal::Signer.new(OTHER).sign_email(EMAIL)
    explanation = VERIFIER.explain_email(signed.email, signed.signature, other_secrets: [OTHER])
    assert_equal ["secret_of_other_purpose"], explanation.findings.map(&:code)
  end

  def test_a_missing_secret_among_the_other_secrets_is_secret_missing
    assert_rejected(Deskseal::SecretError, "secret_missing") do
      VERIFIER.explain_email(EMAIL, WRONG, other_secrets: [nil])
    end
  end

  def test_returned_text_is_frozen_utf8_whatever_the_default_encodings_are
    script = <<~'RUBY'
      require "deskseal"
      signer = Deskseal::Signer.new("example-secret-for-documentation")
      link = signer.portal_link("https://bücher.example", "ä")
      embed = signer.ticket_center("ä@example.com", "desk-1")
      begin
        Deskseal.canonical_email("")
      rescue Deskseal::Error => error
        texts = [error.message, error.code]
      end
      texts += [
        Deskseal.canonical_email("ä@example.com"), Deskseal.canonical_host("bücher.example"),
        Deskseal.generate_secret, link, embed.html, embed.to_s, *embed.attributes.to_a.flatten,
        *signer.sign_email("ä@example.com").to_h.values, signer.sign_user("h", "ä").user_id
      ]
      puts texts.all? { |text| text.encoding == Encoding::UTF_8 && text.valid_encoding? }
      puts texts.drop(1).all?(&:frozen?)
    RUBY
    [%w[-E UTF-8], %w[-E ISO-8859-1], %w[-E ASCII-8BIT:UTF-8], %w[-E UTF-8:ISO-8859-1]].each do |options|
      assert_equal "true\ntrue\n", ruby(*options, script, environment: { "LC_ALL" => "C.UTF-8" }), options
    end
  end
end
