# frozen_string_literal: true

# Every call of the contract, with every answer and every error that it can give: the shared vectors, and what only Ruby
# can pass. Some tests make them all; contract_test.rb checks that none is missing.

require_relative "conform"

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
  SECOND = 1_767_225_600
  MOMENT = Time.at(SECOND, 999_999_999, :nsec)
  ILL_FORMED = "ill-\xFF-formed"
  BEYOND = 10**30

  SIGNER = Deskseal::Signer.new(SECRET)
  VERIFIER = Deskseal::Verifier.new(SECRET, previous: [[OLD, MOMENT]])
  SIGNED = SIGNER.sign_email(EMAIL)

  CONTRACT = JSON.parse(File.read(ENV.fetch("DESKSEAL_CONTRACT"))).fetch("call")
  REPOSITORY = ENV.fetch("DESKSEAL_REPOSITORY") { File.expand_path("../../..", __dir__) }

  # By the contract's type, values that are not well-formed.
  ILL_FORMED_VALUES = {
    "text" => [ILL_FORMED],
    "secret" => [ILL_FORMED],
    "names" => [ILL_FORMED, [ILL_FORMED]],
    "[secret]" => [[OLD, ILL_FORMED]],
    "[previous]" => [[[OLD, SECOND], [ILL_FORMED, SECOND]]],
    "attributes" => [{ ILL_FORMED => 1 }, { a: ILL_FORMED }],
  }.freeze

  # By the contract's type, values of another type.
  WRONG_VALUES = {
    "text" => [:symbol, 42],
    "integer" => ["1", 1.5],
    "time" => ["1", 1.5],
    "secret" => [:symbol],
    "names" => [nil, ["DESKSEAL_TEST_UNSET", nil]],
    "map" => [nil, [], { rsc: "1" }, { "RSC" => 1 }],
    "[secret]" => [[1]],
    "[previous]" => [[OLD], [[OLD, nil]]],
    "attributes" => ["", [], { 1 => 1 }, { a: nil }, { a: 1.0 }, { a: {} }, { a: 1, "a" => 1 }],
  }.freeze

  # A vector as a request of the adapter. Its call is the constructor where that is what it is made for.
  Request = Struct.new(:vector, :is_constructing) do
    def name
      return [vector["class"], vector["call"]].compact.join(".") unless is_constructing

      "#{vector["class"]}.#{vector["new"].key?("name") ? "from_env" : "new"}"
    end

    # Returns what tells it from the call's other vectors: the code, or the types of what is given or returned.
    def kind
      return vector["error"] if vector.key?("error")

      types(is_constructing ? vector["new"] : vector["expect"])
    end

    def types(value)
      return value.class unless value.is_a?(Hash)

      value.key?("findings") ? value["findings"] : value.transform_values(&:class)
    end

    # Returns the call, with the given values of parameters in the place of its own.
    def call(code = vector["error"], **values)
      part = is_constructing ? "new" : "args"
      request = { **vector, part => { **vector.fetch(part), **values.transform_keys(&:name) } }
      # Otherwise the object is made once.
      Call.new(name, code, is_constructing ? -> { call_of(request).call } : call_of(request))
    end

    # Returns the calls that only Ruby can make: text that is not well-formed, and values of another type.
    def calls_of_ruby
      contract = CONTRACT.find { |call| [call["class"], call["name"]].compact.join(".") == name }
      contract["parameters"].flat_map do |parameter|
        name, type = parameter["name"], parameter["type"].chomp("?")
        failing = { parameter["ill_formed"] => ILL_FORMED_VALUES, "TypeError" => WRONG_VALUES }.flat_map do |code, values|
          values.fetch(type, []).map { |value| call(code, name.to_sym => value) }
        end
        failing << call("timestamp_malformed", name.to_sym => BEYOND) if type == "time"
        vector.dig("args", name) == SECOND && type == "time" ? [*failing, call(name.to_sym => MOMENT)] : failing
      end
    end
  end

  # Returns the vector's requests: of its call, and of its constructor if that fails or nothing does.
  def self.requests(vector)
    return [Request.new(vector)] unless vector.key?("class")

    call_of(vector)
    constructing = vector.key?("error") ? [] : [Request.new(vector, true)]
    [Request.new(vector), *constructing]
  rescue Deskseal::Error
    [Request.new(vector, true)]
  end

  # Returns the vectors, whose variables are set: each has the same value in all of them.
  def self.vectors
    files = Dir.glob("#{REPOSITORY}/tests/vectors/*.json")
    vectors = files.flat_map { |file| JSON.parse(File.read(file))["cases"] }.compact
    vectors.each { |vector| ENV.update(vector.fetch("env", {})) }
  end

  # Of every call the first vector of each kind. The others are not kept, since a collection takes longer with them.
  REQUESTS = vectors.flat_map { |vector| requests(vector) }.uniq { |request| [request.name, request.kind] }
  ANSWERED = REQUESTS.reject { |request| request.vector.key?("error") }
  EXPLAINING, QUICK = REQUESTS.partition { |request| request.kind.is_a?(Array) }

  # Numbers that are too large for the native library, and objects that Ruby would copy.
  OWN = [
    Call.new("generate_secret", nil, -> { Deskseal.generate_secret[0, 11] }),
    Call.new("Verifier.new", "tolerance_malformed", -> { Deskseal::Verifier.new(SECRET, tolerance: -BEYOND) }),
    Call.new(
      "Verifier.new", "secret_expiry_malformed", -> { Deskseal::Verifier.new(SECRET, previous: [[OLD, BEYOND]]) }
    ),
    Call.new(
      "Signer.identity_token", "identity_token_claim",
      -> { SIGNER.identity_token("desk-1", user_id: "user-42", expires_in: BEYOND) }
    ),
    *[BEYOND, -BEYOND].map do |number|
      Call.new(
        "Signer.identity_token", "identity_token_claim",
        -> { SIGNER.identity_token("desk-1", user_id: "user-42", attributes: { a: number }) }
      )
    end,
    Call.new("Signer.new", "TypeError", -> { SIGNER.dup }),
    Call.new("Signer.new", "TypeError", -> { Marshal.dump(SIGNER) }),
    Call.new("Verifier.new", "TypeError", -> { VERIFIER.clone }),
    Call.new("Verifier.new", "TypeError", -> { Marshal.dump(VERIFIER) }),
  ].freeze

  holding = EXPLAINING.select { |request| request.kind == ["no_deviation"] }
  ALL = [
    *[*QUICK, *holding].map(&:call), *ANSWERED.uniq(&:name).flat_map(&:calls_of_ruby), *OWN
  ].freeze

  # These search, and take a thousand times longer than the rest.
  SEARCHING = EXPLAINING.select { |request| request.kind == ["unexplained"] }.map(&:call).freeze
end
