# frozen_string_literal: true

# Results: frozen values that compare, match patterns, become JSON, and do not show signatures.

require "pp"
require_relative "calls"
require_relative "support"

class ResultsTest < Minitest::Test
  include Support

  SIGNATURE = "52c24c92ea85fef3100591d5d33200adb10d7954a985da5620704b2fa0733b92"

  CUSTOMER = { user_id: "user-42", attributes: { seats: 5, plan: "pro", is_new: true }, now: SECOND }.freeze

  CLASSES = Support.contract["results"].keys.to_h { |name| [name, Deskseal.const_get(name)] }

  # Returns one result of every class, by its name.
  def results
    made = Calls::ALL.map(&:outcome)
    made += made.grep(Deskseal::Explanation).flat_map(&:findings)
    CLASSES.transform_values do |result_class|
      made.find { |result| result.instance_of?(result_class) } || flunk("no call returns #{result_class}")
    end
  end

  def test_equal_calls_give_equal_results
    results.values.zip(results.values).each do |one, other|
      refute_same one, other
      assert_equal one, other
      assert one.eql?(other)
      assert_equal one.hash, other.hash
      assert_equal 1, { one => 1 }[other]
    end
  end

  def test_different_calls_give_different_results
    assert_equal CLASSES.length, results.values.uniq.length
    refute_equal SIGNER.sign_email("ada@example.com"), SIGNER.sign_email("eve@example.com")
    refute_equal SIGNER.sign_email(EMAIL), SIGNER.sign_email(EMAIL).to_h
    refute_equal SIGNER.sign_email(EMAIL), Deskseal::Signer.new(OLD).sign_email(EMAIL)
    refute_equal SIGNER.ticket_center(EMAIL, "desk-1"), SIGNER.ticket_center(EMAIL, "desk-1", nonce: "abc")
  end

  def test_results_and_their_fields_are_frozen_and_shareable
    results.each_value do |result|
      assert_predicate result, :frozen?
      assert Ractor.shareable?(result)
      assert_raises(FrozenError) { result.instance_variable_set(:@email, "changed") }
      result.to_h.each_key { |name| assert_predicate result.public_send(name), :frozen? }
    end
    embed = results["Embed"]
    assert(embed.attributes.to_a.flatten.all?(&:frozen?))
    assert_raises(FrozenError) { embed.attributes["data-email"] = "eve@example.com" }
    assert_raises(FrozenError) { results["Explanation"].findings.clear }
  end

  def test_hashes_and_json_have_the_fields_in_their_order
    results.each_value do |result|
      fields = Support.contract.dig("results", result.class.name.delete_prefix("Deskseal::"))
      names = fields.map { |field| field["name"] }
      assert_equal names.map(&:to_sym), result.to_h.keys
      assert_equal names, result.as_json.keys
      assert_equal result.as_json, JSON.parse(result.to_json)
      assert_equal result.as_json, JSON.parse(JSON.generate({ result: [result] }))["result"].first
      assert_equal result.as_json, JSON.parse(JSON.pretty_generate(result))
    end
  end

  def test_explanations_become_plain_values
    explanation = VERIFIER.explain_email(EMAIL, WRONG)
    finding = explanation.findings.first
    plain = { code: "unexplained", message: finding.message }
    assert_equal({ findings: [plain] }, explanation.to_h)
    assert_equal({ "findings" => [plain.transform_keys(&:name)] }, explanation.as_json)
  end

  def test_attributes_are_in_the_order_of_the_specification
    embed = SIGNER.ticket_center(EMAIL, "desk-1", nonce: "abc", align: "left")
    names = %w[src data-helpdesk-id data-email data-signature data-align nonce]
    assert_equal names, embed.attributes.keys
    assert_equal names, JSON.parse(embed.to_json)["attributes"].keys
  end

  def test_results_match_patterns
    link = SIGNER.portal_link("https://#{HOST}", "user-42", timestamp: SECOND)
    explanation = VERIFIER.explain_email(EMAIL, WRONG)
    made = [
      SIGNER.sign_email("Ada@example.com"),
      SIGNER.sign_user(HOST, "user-42", timestamp: SECOND),
      VERIFIER.verify_email(EMAIL, SIGNATURE),
      VERIFIER.verify_link(HOST, link, now: SECOND),
      VERIFIER.verify_identity_token("desk-1", SIGNER.identity_token("desk-1", **CUSTOMER), now: SECOND),
      explanation,
      explanation.findings.first,
      SIGNER.identity("Ada@example.com", "desk-1"),
      Deskseal.response_unless_click("/help", { "RSC" => "1" }),
      SIGNER.ticket_center("Ada@example.com", "desk-1", nonce: "abc"),
    ]
    matched = made.map do |result|
      case result
      in Deskseal::SignedEmail(email:, signature: SIGNATURE) then email
      in Deskseal::SignedUser(user_id:, timestamp: SECOND, signature: /\A\h{64}\z/) then user_id
      in Deskseal::VerifiedEmail(email: String => email, secret_index: 0) then email
      in Deskseal::VerifiedUser(user_id:, **rest) then [user_id, rest]
      in Deskseal::VerifiedIdentity(user_id: "user-42", email: nil, attributes: Hash => found) then found["seats"]
      in { findings: [{ code: "unexplained", message: }] } then message[-1]
      in { code:, message: String } then code
      in Deskseal::Identity(email:, signature: SIGNATURE, helpdesk_id:) then [email, helpdesk_id]
      in { status: 200, headers: Hash => headers, body: String } then headers["HX-Redirect"]
      in { attributes: { "data-email": _ } } then flunk
      in { attributes: Hash => attributes, html: } then [attributes["data-email"], html.lines.length]
      end
    end
    rest = { timestamp: SECOND, secret_index: 0 }
    found = [EMAIL, "user-42", EMAIL, ["user-42", rest], 5, ".", "unexplained"]
    found += [[EMAIL, "desk-1"], "/help", [EMAIL, 2]]
    assert_equal found, matched
  end

  def test_results_do_not_match_array_patterns
    results.each_value { |result| refute_respond_to result, :to_ary }
    results.each_value { |result| refute_respond_to result, :deconstruct }
  end

  def test_only_the_gem_makes_results
    results.each_value do |result|
      assert_raises(NoMethodError) { result.class.new }
      assert_raises(NoMethodError) { result.class.allocate }
      error = assert_raises(TypeError) { Marshal.dump([result]) }
      assert_includes error.message, "can't dump #{result.class}"
    end
  end

  def test_a_copy_of_a_result_is_the_result
    results.each_value do |result|
      assert_same result, result.dup
      assert_same result, result.clone
      assert_same result, result.clone(freeze: true)
      assert_raises(ArgumentError) { result.clone(freeze: false) }
    end
  end

  def test_no_inspection_shows_a_signature
    results.each_value do |result|
      shown = [result.inspect, result.pretty_inspect]
      assert(shown.all? { |text| text.start_with?("#<#{result.class} ") })
      refute(shown.any? { |text| text.include?(SIGNATURE) || text.include?(SECRET) })
    end
    assert_equal '#<Deskseal::SignedEmail email="ada@example.com", signature=[hidden]>', results["SignedEmail"].inspect
    assert_equal "#<Deskseal::Embed attributes=[hidden], html=[hidden]>", results["Embed"].inspect
  end

  def test_no_inspection_shows_a_token
    embed = SIGNER.ticket_center_with_token("desk-1", **CUSTOMER)
    shown = [embed.inspect, embed.pretty_inspect]
    refute(shown.any? { |text| text.include?("eyJ") }, shown.inspect)
    assert_includes embed.html, %(data-identity="#{embed.attributes.fetch("data-identity")}")
  end

  def test_a_verified_identity_shows_its_fields_and_what_is_not_given_is_nil
    token = SIGNER.identity_token("desk-1", **CUSTOMER, token_id: "token-1")
    verified = VERIFIER.verify_identity_token("desk-1", token, now: SECOND)
    assert_equal [nil] * 3, [verified.email, verified.unverified_email, verified.name]
    assert_equal %w[is_new plan seats], verified.attributes.keys
    assert(verified.attributes.to_a.flatten.all?(&:frozen?))
    assert_raises(FrozenError) { verified.attributes["plan"] = "free" }
    attributes = { "is_new" => true, "plan" => "pro", "seats" => 5 }
    expected = "#<Deskseal::VerifiedIdentity email=nil, unverified_email=nil, user_id=\"user-42\", name=nil, " \
      "attributes=#{attributes.inspect}, token_id=\"token-1\", issued_at=#{SECOND}, expires_at=#{SECOND + 600}, " \
      "secret_index=0>"
    assert_equal expected, verified.inspect
    assert_equal({ "email" => nil, "attributes" => attributes }, verified.as_json.slice("email", "attributes"))
  end

  def test_an_unproved_email_is_not_the_customers
    token = SIGNER.identity_token("desk-1", email: "Ada@example.com", email_verified: false, user_id: "user-42")
    verified = VERIFIER.verify_identity_token("desk-1", token)
    assert_equal [nil, EMAIL, "user-42"], [verified.email, verified.unverified_email, verified.user_id]
  end

  def test_nil_means_not_given
    options = { email: nil, name: nil, attributes: nil, token_id: nil, now: nil }
    token = SIGNER.identity_token("desk-1", user_id: "user-42", **options)
    verified = VERIFIER.verify_identity_token("desk-1", token)
    assert_equal [nil, nil, {}], [verified.email, verified.name, verified.attributes]
    assert_match(/\A[A-Za-z0-9_-]{22}\z/, verified.token_id)
    assert_includes SIGNER.portal_link_with_token("https://#{HOST}", user_id: "user-42", **options.slice(:email)), "?identity=eyJ"
  end

  def test_an_embed_is_its_markup
    embed = results["Embed"]
    assert_equal [embed.html] * 3, [embed.to_s, "#{embed}", embed.html_safe]
    assert_predicate embed, :html_safe?
    assert_instance_of String, embed.html
    assert_equal 2, embed.html.lines.length
  end

  def test_verifying_the_url_of_an_anonymous_visitor_returns_nil
    assert_nil VERIFIER.verify_link(HOST, "/submit-ticket")
  end
end
