# frozen_string_literal: true

# Every call of the contract, with every answer and every error that it can give. Some tests make them
# all; contract_test.rb checks that none is missing.

require "deskseal"

module Calls
  # A call of the contract, the code of its error if it has one, and the block that makes it.
  Call = Struct.new(:name, :code, :make) do
    # Returns what came of it: the answer, or the exception.
    def outcome
      make.call
    rescue Deskseal::Error, TypeError => error
      error
    end
  end

  SECRET = "example-secret-for-documentation"
  OLD = "an-older-secret-now-being-replaced"
  EMAIL = "ada@example.com"
  HOST = "help.company.com"
  PORTAL = "https://help.company.com"
  SECOND = 1_767_225_600
  MOMENT = Time.at(SECOND, 999_999_999, :nsec)
  ILL_FORMED = "ill-\xFF-formed"
  BEYOND = 10**30

  SIGNER = Deskseal::Signer.new(SECRET)
  VERIFIER = Deskseal::Verifier.new(SECRET, previous: [[OLD, MOMENT]])
  SIGNED = SIGNER.sign_email(EMAIL)
  USER = SIGNER.sign_user(HOST, "user-42", timestamp: SECOND)
  LINK = SIGNER.portal_link(PORTAL, "user-42", timestamp: SECOND)
  CLAIM = {
    portal_host: HOST, user_id: "user-42", timestamp: SECOND.to_s, signature: USER.signature, now: SECOND
  }.freeze

  SECRETS = {
    "secret_missing" => nil,
    "secret_empty" => "",
    "secret_padded" => " #{SECRET}",
    "secret_malformed" => ILL_FORMED,
    "secret_placeholder" => "changeme",
    "secret_too_short" => "short",
  }.freeze
  VARIABLES = SECRETS.to_h { |code, _| [code, "DESKSEAL_TEST_#{code.upcase}"] }.freeze
  VARIABLE = "DESKSEAL_TEST_SECRET"
  CONFLICT = [VARIABLE, VARIABLES.fetch("secret_too_short")].freeze
  EMAILS = {
    "email_empty" => " ",
    "email_too_long" => "#{"a" * 400}@example.com",
    "email_malformed" => ILL_FORMED,
    "email_ambiguous" => "\u212A@example.com",
  }.freeze
  USER_IDS = {
    "user_id_empty" => "", "user_id_too_long" => "a" * 513, "user_id_malformed" => ILL_FORMED
  }.freeze
  OPTIONS = { align: "middle", max_width: "1em", container: "#a", script_url: "a.js", nonce: "-.-" }.freeze

  # A generated secret: the documentation's is rejected in a variable.
  DEPLOYED = Deskseal.generate_secret
  ENV[VARIABLE] = DEPLOYED
  SECRETS.each { |code, secret| ENV[VARIABLES.fetch(code)] = secret }

  def self.call(name, code = nil, &make)
    Call.new(name, code, make)
  end

  # Returns a call for every bad value in the table, by the code that it gives.
  def self.failing(name, table)
    table.map { |code, bad| call(name, code) { yield bad } }
  end

  def self.query(**parameters)
    parameters = { user_id: "user-42", timestamp: SECOND, signature: USER.signature, **parameters }
    format(
      "/submit-ticket?user_id=%<user_id>s&user_id_timestamp=%<timestamp>s&user_id_signature=%<signature>s",
      parameters
    )
  end

  FUNCTIONS = [
    call("canonical_email") { Deskseal.canonical_email("  Ada@Example.com ") },
    call("canonical_email") { Deskseal.canonical_email("ΟΔΥΣΣΕΥΣ@Example.GR") },
    *failing("canonical_email", EMAILS) { |email| Deskseal.canonical_email(email) },
    call("canonical_host") { Deskseal.canonical_host("bücher.example") },
    call("canonical_host", "host_malformed") { Deskseal.canonical_host("host:80") },
    call("canonical_host", "host_malformed") { Deskseal.canonical_host(ILL_FORMED) },
    call("public_form_url") { Deskseal.public_form_url("#{PORTAL}:8443/tickets?a=b") },
    call("public_form_url", "portal_url_malformed") { Deskseal.public_form_url(ILL_FORMED) },
    call("public_form_url", "portal_url_insecure") { Deskseal.public_form_url("http://#{HOST}") },
    call("portal_host") { Deskseal.portal_host("https://BÜCHER.example/") },
    call("portal_host", "portal_url_malformed") { Deskseal.portal_host(HOST) },
    call("portal_host", "portal_url_insecure") { Deskseal.portal_host("http://#{HOST}") },
    call("response_unless_click") { Deskseal.response_unless_click("/help", {}) },
    call("response_unless_click") { Deskseal.response_unless_click("/help?#{ILL_FORMED}", { "RSC" => ILL_FORMED }) },
    call("generate_secret") { Deskseal.generate_secret[0, 11] },
  ].freeze

  SIGNING = [
    call("Signer.new") { Deskseal::Signer.new(SECRET).sign_email(EMAIL) },
    *failing("Signer.new", SECRETS) { |secret| Deskseal::Signer.new(secret) },
    call("Signer.from_env") { Deskseal::Signer.from_env(VARIABLE).sign_email(EMAIL) },
    call("Signer.from_env", "secret_public") { Deskseal::Signer.from_env("VITE_SECRET") },
    call("Signer.from_env", "secret_malformed") { Deskseal::Signer.from_env(ILL_FORMED) },
    *failing("Signer.from_env", VARIABLES) { |name| Deskseal::Signer.from_env(name) },
    call("Signer.from_env") { Deskseal::Signer.from_env(["DESKSEAL_TEST_UNSET", VARIABLE]).sign_email(EMAIL) },
    call("Signer.from_env", "secret_conflict") { Deskseal::Signer.from_env(CONFLICT) },
    call("Signer.sign_email") { SIGNER.sign_email("  Ada@Example.com ") },
    *failing("Signer.sign_email", EMAILS) { |email| SIGNER.sign_email(email) },
    call("Signer.sign_user") { SIGNER.sign_user(HOST, "user-42", timestamp: MOMENT) },
    call("Signer.sign_user", "host_malformed") { SIGNER.sign_user(ILL_FORMED, "user-42") },
    *failing("Signer.sign_user", USER_IDS) { |id| SIGNER.sign_user(HOST, id) },
    call("Signer.sign_user", "timestamp_malformed") do
      SIGNER.sign_user(HOST, "user-42", timestamp: BEYOND)
    end,
    call("Signer.portal_link") { SIGNER.portal_link(PORTAL, "user-42", timestamp: MOMENT) },
    call("Signer.portal_link", "portal_url_malformed") { SIGNER.portal_link(ILL_FORMED, "user-42") },
    call("Signer.portal_link", "portal_url_insecure") { SIGNER.portal_link("http://#{HOST}", "user-42") },
    *failing("Signer.portal_link", USER_IDS) { |id| SIGNER.portal_link(PORTAL, id) },
    call("Signer.portal_link", "timestamp_malformed") do
      SIGNER.portal_link(PORTAL, "user-42", timestamp: -BEYOND)
    end,
    call("Signer.identity") { SIGNER.identity(EMAIL, "desk-1") },
    *failing("Signer.identity", EMAILS) { |email| SIGNER.identity(email, "desk-1") },
    call("Signer.identity", "helpdesk_id_malformed") { SIGNER.identity(EMAIL, "desk 1") },
    call("Signer.ticket_center") { SIGNER.ticket_center(EMAIL, "desk-1") },
    call("Signer.ticket_center") do
      SIGNER.ticket_center(
        EMAIL, "desk-1",
        align: "left", max_width: "60rem", container: "help", script_url: "https://example.com/a.js",
        crossorigin: true, nonce: "abc"
      )
    end,
    *failing("Signer.ticket_center", EMAILS) { |email| SIGNER.ticket_center(email, "desk-1") },
    call("Signer.ticket_center", "helpdesk_id_malformed") { SIGNER.ticket_center(EMAIL, "desk 1") },
    call("Signer.ticket_center", "helpdesk_id_malformed") { SIGNER.ticket_center(EMAIL, ILL_FORMED) },
    *OPTIONS.flat_map do |name, bad|
      [bad, ILL_FORMED].map do |value|
        call("Signer.ticket_center", "embed_option_malformed") do
          SIGNER.ticket_center(EMAIL, "desk-1", name => value)
        end
      end
    end,
  ].freeze

  VERIFYING = [
    call("Verifier.new") do
      verifier = Deskseal::Verifier.new(SECRET, previous: [[OLD, SECOND], [OLD, MOMENT]], tolerance: 60)
      verifier.verify_email(EMAIL, SIGNED.signature)
    end,
    *failing("Verifier.new", SECRETS) { |secret| Deskseal::Verifier.new(secret) },
    *failing("Verifier.new", SECRETS) do |secret|
      Deskseal::Verifier.new(SECRET, previous: [[OLD, SECOND], [secret, MOMENT]])
    end,
    call("Verifier.new", "secret_expiry_malformed") do
      Deskseal::Verifier.new(SECRET, previous: [[OLD, SECOND], [OLD, BEYOND]])
    end,
    call("Verifier.new", "tolerance_malformed") { Deskseal::Verifier.new(SECRET, tolerance: -BEYOND) },
    call("Verifier.from_env") do
      verifier = Deskseal::Verifier.from_env(VARIABLE, previous: [[OLD, MOMENT]], tolerance: 60)
      verifier.verify_email(EMAIL, Deskseal::Signer.new(DEPLOYED).sign_email(EMAIL).signature)
    end,
    call("Verifier.from_env", "secret_public") { Deskseal::Verifier.from_env("VITE_SECRET") },
    call("Verifier.from_env", "secret_malformed") { Deskseal::Verifier.from_env(ILL_FORMED) },
    *failing("Verifier.from_env", VARIABLES) { |name| Deskseal::Verifier.from_env(name) },
    call("Verifier.from_env", "secret_conflict") { Deskseal::Verifier.from_env(CONFLICT) },
    call("Verifier.from_env", "secret_expiry_malformed") do
      Deskseal::Verifier.from_env(VARIABLE, previous: [[OLD, -1]])
    end,
    call("Verifier.from_env", "tolerance_malformed") do
      Deskseal::Verifier.from_env(VARIABLE, tolerance: 3601)
    end,
    call("Verifier.verify_email") { VERIFIER.verify_email(EMAIL, SIGNED.signature) },
    *failing("Verifier.verify_email", EMAILS) { |email| VERIFIER.verify_email(email, SIGNED.signature) },
    call("Verifier.verify_email", "signature_malformed") { VERIFIER.verify_email(EMAIL, ILL_FORMED) },
    call("Verifier.verify_email", "signature_mismatch") { VERIFIER.verify_email(EMAIL, "0" * 64) },
    call("Verifier.verify_email", "timestamp_malformed") do
      VERIFIER.verify_email(EMAIL, SIGNED.signature, now: -1)
    end,
    call("Verifier.verify_user") { VERIFIER.verify_user(**CLAIM) },
    *failing("Verifier.verify_user", USER_IDS) { |id| VERIFIER.verify_user(**CLAIM, user_id: id) },
    *[
      ["host_malformed", { portal_host: ILL_FORMED }],
      ["timestamp_malformed", { now: -1 }],
      ["timestamp_malformed", { timestamp: ILL_FORMED }],
      ["signature_malformed", { signature: ILL_FORMED }],
      ["signature_mismatch", { signature: "0" * 64 }],
      ["timestamp_expired", { now: SECOND + 301 }],
      ["timestamp_in_future", { now: SECOND - 301 }],
    ].map { |code, change| call("Verifier.verify_user", code) { VERIFIER.verify_user(**CLAIM, **change) } },
    call("Verifier.verify_link") { VERIFIER.verify_link(HOST, LINK, now: MOMENT) },
    call("Verifier.verify_link") { VERIFIER.verify_link(HOST, "/submit-ticket") },
    *[
      ["portal_url_malformed", "elsewhere"],
      ["portal_url_malformed", ILL_FORMED],
      ["identity_repeated", "#{query}&user_id=user-43"],
      ["identity_incomplete", "/?user_id=user-42"],
      ["user_id_empty", query(user_id: "")],
      ["user_id_too_long", query(user_id: "a" * 513)],
      ["user_id_malformed", query(user_id: "%FF")],
      ["timestamp_malformed", query(timestamp: "now")],
      ["signature_malformed", query(signature: "none")],
      ["signature_mismatch", query(signature: "0" * 64)],
    ].map { |code, url| call("Verifier.verify_link", code) { VERIFIER.verify_link(HOST, url, now: SECOND) } },
    call("Verifier.verify_link", "host_malformed") { VERIFIER.verify_link(ILL_FORMED, LINK) },
    call("Verifier.verify_link", "timestamp_malformed") { VERIFIER.verify_link(HOST, LINK, now: -1) },
    call("Verifier.verify_link", "timestamp_expired") do
      VERIFIER.verify_link(HOST, LINK, now: SECOND + 301)
    end,
    call("Verifier.verify_link", "timestamp_in_future") do
      VERIFIER.verify_link(HOST, LINK, now: SECOND - 301)
    end,
  ].freeze

  EXPLAINING = [
    call("Verifier.explain_email") { VERIFIER.explain_email(EMAIL, SIGNED.signature, now: MOMENT) },
    *failing("Verifier.explain_email", SECRETS) do |secret|
      VERIFIER.explain_email(EMAIL, SIGNED.signature, other_secrets: [OLD, secret])
    end,
    call("Verifier.explain_email", "email_malformed") { VERIFIER.explain_email(ILL_FORMED, "") },
    call("Verifier.explain_email", "signature_malformed") { VERIFIER.explain_email(EMAIL, ILL_FORMED) },
    call("Verifier.explain_email", "timestamp_malformed") { VERIFIER.explain_email(EMAIL, "", now: -1) },
    call("Verifier.explain_link") { VERIFIER.explain_link(HOST, LINK, now: MOMENT) },
    *failing("Verifier.explain_link", SECRETS) do |secret|
      VERIFIER.explain_link(HOST, LINK, other_secrets: [OLD, secret])
    end,
    call("Verifier.explain_link", "host_malformed") { VERIFIER.explain_link("host:80", LINK) },
    call("Verifier.explain_link", "portal_url_malformed") { VERIFIER.explain_link(HOST, ILL_FORMED) },
    call("Verifier.explain_link", "timestamp_malformed") { VERIFIER.explain_link(HOST, LINK, now: -1) },
  ].freeze

  # These search, and take a thousand times longer than the rest.
  SEARCHING = [
    call("Verifier.explain_email") do
      VERIFIER.explain_email("Ada@example.com", "0" * 64, other_secrets: [OLD], now: SECOND)
    end,
    call("Verifier.explain_link") do
      VERIFIER.explain_link(HOST, LINK, other_secrets: [OLD], now: SECOND + 9000)
    end,
  ].freeze

  WRONG_TYPES = [
    call("Signer.new", "TypeError") { Deskseal::Signer.new(:symbol) },
    call("Signer.from_env", "TypeError") { Deskseal::Signer.from_env(nil) },
    call("Signer.from_env", "TypeError") { Deskseal::Signer.from_env([VARIABLE, nil]) },
    *[nil, [], { rsc: "1" }, { "RSC" => 1 }].map do |bad|
      call("response_unless_click", "TypeError") { Deskseal.response_unless_click("/help", bad) }
    end,
    call("Signer.sign_email", "TypeError") { SIGNER.sign_email(nil) },
    call("Signer.sign_user", "TypeError") { SIGNER.sign_user(HOST, "user-42", timestamp: 1.5) },
    *[OLD, [OLD, nil]].map do |bad|
      call("Verifier.new", "TypeError") { Deskseal::Verifier.new(SECRET, previous: [[OLD, SECOND], bad]) }
    end,
    call("Verifier.verify_email", "TypeError") { VERIFIER.verify_email(EMAIL, SIGNED.signature, now: "1") },
    call("Verifier.explain_email", "TypeError") { VERIFIER.explain_email(EMAIL, "", other_secrets: [1]) },
    call("Signer.new", "TypeError") { SIGNER.dup },
    call("Signer.new", "TypeError") { Marshal.dump(SIGNER) },
    call("Verifier.new", "TypeError") { VERIFIER.clone },
    call("Verifier.new", "TypeError") { Marshal.dump(VERIFIER) },
  ].freeze

  ALL = [*FUNCTIONS, *SIGNING, *VERIFYING, *EXPLAINING, *WRONG_TYPES].freeze
end
