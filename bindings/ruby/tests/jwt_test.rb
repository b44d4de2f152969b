# frozen_string_literal: true

# Identity tokens are those of any JWT library, here ruby-jwt.

require "jwt"
require_relative "support"

class JwtTest < Minitest::Test
  include Support

  # The example of SPEC 12.8.
  CUSTOMER = {
    user_id: "user-42", email: "Ada@Example.com", name: "Ada Lovelace", attributes: { "plan" => "pro", "seats" => 5 },
    token_id: "token-1", now: SECOND
  }.freeze
  CLAIMS = {
    "aud" => "desk-1", "sub" => "user-42", "email" => EMAIL, "name" => "Ada Lovelace",
    "attributes" => { "plan" => "pro", "seats" => 5 }, "iat" => SECOND, "exp" => SECOND + 600, "jti" => "token-1"
  }.freeze
  SIGNATURE = "d9SaOwVFwrQ_T6TnJPaDdjglpvaFenrYzq-PO1BrWQQ"

  def test_the_example_of_the_specification_is_made_byte_for_byte
    header, payload, signature = SIGNER.identity_token("desk-1", **CUSTOMER).split(".")
    assert_equal ["eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", SIGNATURE], [header, signature]
    assert_equal JSON.generate(CLAIMS), payload.tr("-_", "+/").unpack1("m")
  end

  def test_the_library_accepts_our_tokens
    token = SIGNER.identity_token("desk-1", **CUSTOMER, now: nil)
    options = { algorithm: "HS256", aud: "desk-1", verify_aud: true, verify_iat: true, verify_jti: true }
    claims, header = JWT.decode(token, SECRET, true, options)
    assert_equal CLAIMS.except("iat", "exp"), claims.except("iat", "exp")
    assert_equal({ "alg" => "HS256", "typ" => "JWT" }, header)
    assert_raises(JWT::VerificationError) { JWT.decode(token, OTHER, true, options) }
  end

  def test_we_accept_the_librarys_tokens
    [{}, { typ: "JWT" }, { kid: "1" }].each do |header|
      verified = VERIFIER.verify_identity_token("desk-1", JWT.encode(CLAIMS, SECRET, "HS256", header), now: SECOND)
      ours = VERIFIER.verify_identity_token("desk-1", SIGNER.identity_token("desk-1", **CUSTOMER), now: SECOND)
      assert_equal ours, verified
    end
  end

  def test_we_reject_tokens_of_another_algorithm
    [["none", nil], ["HS512", SECRET]].each do |algorithm, key|
      assert_rejected(Deskseal::VerificationError, "identity_token_malformed") do
        VERIFIER.verify_identity_token("desk-1", JWT.encode(CLAIMS, key, algorithm), now: SECOND)
      end
    end
  end
end
