# frozen_string_literal: true

# Secrets: where they come from, and where they never show.

require "objspace"
require "pp"
require "yaml"
require_relative "support"

class SecretsTest < Minitest::Test
  include Support

  NAME = "HELPDESKY_HMAC_SECRET"

  # A generated secret: the documentation's is rejected in a variable.
  SECRET = Deskseal.generate_secret
  SIGNER = Deskseal::Signer.new(SECRET)

  def setup
    @environment = ENV.to_h
  end

  def teardown
    ENV.replace(@environment)
  end

  def test_from_env_reads_rubys_environment
    ENV[NAME] = SECRET
    assert_equal SIGNER.sign_email(EMAIL), Deskseal::Signer.from_env(NAME).sign_email(EMAIL)
    verifier = Deskseal::Verifier.from_env(NAME, previous: [[OLD, SECOND]], tolerance: 0)
    assert_equal 0, verifier.verify_email(EMAIL, SIGNER.sign_email(EMAIL).signature).secret_index
    old = Deskseal::Signer.new(OLD).sign_email(EMAIL)
    assert_equal 1, verifier.verify_email(EMAIL, old.signature, now: SECOND - 1).secret_index
  end

  def test_an_unusable_variable_is_rejected
    {
      [NAME, nil] => "secret_missing",
      [NAME, ""] => "secret_empty",
      [NAME, "#{SECRET}\n"] => "secret_padded",
      [NAME, "example-secret-for-\xFF"] => "secret_malformed",
      ["NEXT_PUBLIC_#{NAME}", OLD] => "secret_public",
      ["NEXT_PUBLIC_#{NAME}", "\xFF"] => "secret_malformed",
      ["", nil] => "secret_missing",
      ["NAME\0WITH=SIGNS", nil] => "secret_missing",
      ["NAME=#{SECRET}", nil] => "secret_missing",
      ["VITE_\0", nil] => "secret_public",
    }.each do |(name, value), code|
      ENV.replace(value ? { name => value } : {})
      [Deskseal::Signer, Deskseal::Verifier].each do |holder|
        assert_rejected(Deskseal::SecretError, code, name.inspect) { holder.from_env(name) }
      end
    end
  end

  def test_a_variable_is_utf8_whatever_the_locale_is
    secret = "schlüssel-für-die-dokumentation"
    expected = Deskseal::Signer.new(secret).sign_email(EMAIL).signature
    script = <<~'RUBY'
      require "deskseal"
      puts Deskseal::Signer.from_env("SEAL").sign_email("ada@example.com").signature
    RUBY
    %w[C C.UTF-8 POSIX].each do |locale|
      environment = { "SEAL" => secret, "LC_ALL" => locale }
      assert_equal "#{expected}\n", ruby(script, environment: environment), locale
    end
    assert_equal "#{expected}\n", ruby("-E", "ISO-8859-1", script, environment: { "SEAL" => secret })
  end

  def test_nil_is_a_missing_secret
    [
      -> { Deskseal::Signer.new(nil) },
      -> { Deskseal::Verifier.new(nil) },
      -> { Deskseal::Verifier.new(SECRET, previous: [[nil, SECOND]]) },
    ].each { |call| assert_rejected(Deskseal::SecretError, "secret_missing", &call) }
  end

  def test_previous_secrets_are_pairs
    [
      OLD, 5, nil, [OLD], [[OLD]], [[OLD, 0, 0]], [nil], [[0, OLD]], { OLD => 0 }, [{ OLD => 0 }],
      [[:old, 0]],
    ].each do |bad|
      error = assert_raises(TypeError) { Deskseal::Verifier.new(SECRET, previous: bad) }
      refute_includes error.message, OLD
    end
  end

  def test_errors_are_reported_in_the_order_of_the_specification
    {
      ["", ["short", -1]] => "secret_empty",
      [SECRET, ["short", -1], ["", 0]] => "secret_too_short",
      [SECRET, [OLD, -1], ["", 0]] => "secret_expiry_malformed",
      [SECRET, [OLD, 0], ["", 0]] => "secret_empty",
    }.each do |(current, *previous), code|
      assert_rejected(Deskseal::SecretError, code) do
        Deskseal::Verifier.new(current, previous: previous, tolerance: -1)
      end
    end
  end

  def test_generated_secrets_are_new_and_usable
    secrets = Array.new(100) { Deskseal.generate_secret }
    assert_equal 100, secrets.uniq.length
    assert(secrets.all? { |secret| secret.match?(/\Adsk_secret_[A-Za-z0-9_-]{43}\z/) })
    assert_equal EMAIL, Deskseal::Signer.new(secrets.first).sign_email(EMAIL).email
  end

  # Subclasses with variables, which show when Ruby inspects them itself.
  class NamedSigner < Deskseal::Signer
    attr_reader :name

    def initialize(name, secret)
      super(secret)
      @name = name
    end
  end

  class KeenVerifier < Deskseal::Verifier
    def initialize(secret, **options)
      @is_keen = true
      super(secret, tolerance: 0, **options)
    end
  end

  # Returns objects that contain a secret.
  def holders
    [
      Deskseal::Signer.new(OLD), Deskseal::Verifier.new(OTHER, previous: [[OLD, 0]]),
      NamedSigner.new("desk", OLD), KeenVerifier.new(OLD)
    ]
  end

  def test_signers_and_verifiers_do_not_show_their_secrets
    holders.each do |holder|
      shown = [
        holder.inspect, holder.to_s, holder.pretty_inspect, "#{holder}",
        holder.to_json, JSON.generate([holder]), holder.to_yaml, ObjectSpace.dump(holder), holder.methods.inspect,
        *ObjectSpace.reachable_objects_from(holder).map(&:inspect),
        *holder.instance_variables.map { |name| holder.instance_variable_get(name).inspect }
      ]
      refute(shown.any? { |text| text.include?("secret-") }, shown.inspect)
      assert_equal "#<#{holder.class}>", holder.inspect
    end
  end

  def test_the_gem_sets_no_instance_variables_in_signers_and_verifiers
    assert_equal [[], [], [:@name], [:@is_keen]], holders.map(&:instance_variables)
  end

  def test_the_argument_that_from_env_passes_shows_neither_name_nor_value
    seen = nil
    spy = Class.new(Deskseal::Signer) do
      define_method(:initialize) do |secret|
        seen = secret
        super(secret)
      end
    end
    ENV[NAME] = SECRET
    assert_equal SIGNER.sign_email(EMAIL), spy.from_env(NAME).sign_email(EMAIL)
    assert_equal "#<Deskseal::NamedSecret>", seen.inspect
    reachable = ObjectSpace.reachable_objects_from(seen).grep(String)
    refute(reachable.any? { |text| text.include?(SECRET) })
  end

  def test_signers_and_verifiers_cannot_be_dumped_or_copied
    holders.each do |holder|
      { "can't dump" => [-> { Marshal.dump(holder) }, -> { Marshal.dump([holder]) }],
        "can't copy" => [-> { holder.dup }, -> { holder.clone }, -> { holder.clone(freeze: false) }] }
        .each do |message, calls|
          calls.each do |call|
            assert_includes assert_raises(TypeError, &call).message, "#{message} #{holder.class}, which holds"
          end
        end
    end
  end

  def test_signers_and_verifiers_are_frozen_and_shareable
    holders.each do |holder|
      assert_predicate holder, :frozen?
      assert Ractor.shareable?(holder)
      assert_raises(FrozenError) { holder.instance_variable_set(:@name, "another") }
    end
    holders.first(2).each do |holder|
      error = assert_raises(TypeError) { holder.send(:initialize, SECRET) }
      assert_equal "the object already has a secret: make a new object", error.message
    end
  end

  def test_subclasses_sign_and_verify
    named = NamedSigner.new("desk", SECRET)
    assert_equal ["desk", SIGNER.sign_email(EMAIL)], [named.name, named.sign_email(EMAIL)]
    link = SIGNER.portal_link("https://#{HOST}", "user-42", timestamp: SECOND)
    assert_rejected(Deskseal::VerificationError, "timestamp_expired") do
      KeenVerifier.new(SECRET).verify_link(HOST, link, now: SECOND + 1)
    end
    ENV[NAME] = SECRET
    anonymous = Class.new(Deskseal::Signer)
    [anonymous.new(SECRET), anonymous.from_env(NAME)].each do |signer|
      assert_instance_of anonymous, signer
      assert_equal SIGNER.sign_email(EMAIL), signer.sign_email(EMAIL)
    end
  end

  def test_without_a_secret_nothing_is_signed_or_verified
    forgetful = [Deskseal::Signer, Deskseal::Verifier].map do |holder|
      Class.new(holder) { def initialize; end }.new
    end
    error = assert_raises(TypeError) { forgetful.first.sign_email(EMAIL) }
    assert_equal "the object has no secret: call super in initialize", error.message
    assert_raises(TypeError) { forgetful.last.verify_email(EMAIL, WRONG) }
    [Deskseal::Signer, Deskseal::Verifier].each { |holder| assert_raises(NoMethodError) { holder.allocate } }
    allocated = Class.instance_method(:allocate).bind_call(Deskseal::Verifier)
    assert_raises(TypeError) { allocated.explain_link(HOST, "/") }
  end
end
