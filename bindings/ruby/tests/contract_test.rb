# frozen_string_literal: true

# The gem offers what tests/api.toml says: nothing is missing, and nothing is added.

require_relative "calls"
require_relative "support"

class ContractTest < Minitest::Test
  include Support

  CONTRACT = Support.contract
  CALLS = CONTRACT.fetch("call")
  RESULTS = CONTRACT.fetch("results")
  NAMES = CONTRACT.dig("names", "ruby")
  ERROR_CLASSES = CONTRACT.fetch("error_classes").slice("base", *CONTRACT.fetch("errors").keys)

  # What a value of Ruby does beside showing its fields.
  IDIOMS = %i[== eql? hash to_h deconstruct_keys as_json to_json inspect dup clone].freeze
  EMBED_IDIOMS = %i[to_s html_safe html_safe?].freeze

  def test_the_version_is_the_contracts
    assert_equal CONTRACT.fetch("version"), Deskseal::VERSION
  end

  def test_the_module_has_exactly_the_names_of_the_contract
    functions = CALLS.reject { |call| call.key?("class") }.map { |call| call.fetch("name").to_sym }
    errors = ERROR_CLASSES.values.map { |name| spelled(name) }
    classes = CALLS.filter_map { |call| call["class"] } | RESULTS.keys | errors
    assert_equal functions.sort, Deskseal.singleton_methods.sort
    assert_equal [*classes, "VERSION"].sort, Deskseal.constants.map(&:name).sort
    assert_empty Deskseal.instance_methods
  end

  %w[Signer Verifier].each do |name|
    define_method("test_#{name}_has_the_contracts_methods_and_no_others") do
      object_class = Deskseal.const_get(name)
      methods = CALLS.select { |call| call["class"] == name }.map { |call| call.fetch("name").to_sym }
      constructors = %i[new from_env]
      assert_equal [*methods - constructors, :inspect].sort, object_class.public_instance_methods(false).sort
      assert_equal constructors.sort, object_class.singleton_methods(false).sort
      assert_empty object_class.constants
      assert_equal Object, object_class.superclass
    end
  end

  CALLS.each do |call|
    define_method("test_#{call["class"] || "Deskseal"}_#{call["name"]}_has_the_contracts_parameters") do
      assert_equal parameters(call), method_of(call).parameters
      assert_equal definition(call), source_of(method_of(call))
    end
  end

  RESULTS.each do |name, fields|
    define_method("test_#{name}_has_the_contracts_fields_and_no_others") do
      names = fields.map { |field| field.fetch("name").to_sym }
      object_class = Deskseal.const_get(name)
      shared = object_class.superclass
      idioms = name == "Embed" ? EMBED_IDIOMS : []
      assert_equal [*names, *idioms].sort, object_class.public_instance_methods(false).sort
      assert_equal IDIOMS.sort, shared.public_instance_methods(false).sort
      assert_equal Object, shared.superclass
      assert_equal names, results(name).first.to_h.keys
      names.each { |field| assert_empty object_class.instance_method(field).parameters }
    end
  end

  def test_the_results_fields_are_of_the_contracts_types
    types = {
      "text" => String, "integer" => Integer, "map" => Hash, "attributes" => Hash, "[Finding]" => Array
    }
    RESULTS.each do |name, fields|
      fields.each do |field|
        type = field.fetch("type")
        expected = [types.fetch(type.delete_suffix("?")), *(NilClass if type.end_with?("?"))]
        values = results(name).map { |result| result.public_send(field.fetch("name")) }
        assert_equal expected.sort_by(&:name), values.map(&:class).uniq.sort_by(&:name), field
      end
    end
  end

  def test_error_classes_are_the_contracts
    base = Deskseal.const_get(spelled(ERROR_CLASSES.fetch("base")))
    assert_equal StandardError, base.superclass
    kinds = ERROR_CLASSES.except("base").values.map { |name| Deskseal.const_get(spelled(name)) }
    assert_equal [base], kinds.map(&:superclass).uniq
    fields = CONTRACT.dig("error_classes", "fields").map { |field| field.fetch("name").to_sym }
    assert_equal fields.sort, (base.public_instance_methods & fields).sort
    assert_equal %i[code is_about_customer], base.public_instance_methods(false).sort
  end

  CALLS.each do |call|
    owner = call["class"] || "Deskseal"
    define_method("test_#{owner}_#{call["name"]}_gives_the_contracts_errors_and_no_others") do
      ill_formed = call.fetch("parameters").filter_map { |parameter| parameter["ill_formed"] }
      codes = call.fetch("errors") | call.fetch("visitor_errors") | ill_formed
      name = [call["class"], call["name"]].compact.join(".")
      made = Calls::ALL.select { |made_call| made_call.name == name }
      assert_equal codes.sort, made.map(&:code).grep(/_/).uniq.sort
      assert_equal made.map(&:code), made.map { |made_call| code_of(made_call.outcome) }
    end
  end

  def test_loading_the_gem_prints_no_warning
    assert_empty ruby("-w", 'require "deskseal"')
  end

  def test_the_gem_is_the_installed_one
    loaded = $LOADED_FEATURES.grep(%r{/deskseal\.(?:rb|so|bundle)\z})
    assert_equal 2, loaded.length
    refute(loaded.any? { |file| file.start_with?("#{Support::REPOSITORY}/bindings") }, loaded.inspect)
  end

  private

  # Returns how Ruby spells the name.
  def spelled(name)
    NAMES.fetch(name, name)
  end

  # Returns the method that takes the parameters: `new` gives all of them to `initialize`.
  def method_of(call)
    return Deskseal.method(call.fetch("name")) unless call.key?("class")

    object_class = Deskseal.const_get(call.fetch("class"))
    case call.fetch("name")
    when "new" then object_class.instance_method(:initialize)
    when "from_env" then object_class.method(:from_env)
    else object_class.instance_method(call.fetch("name"))
    end
  end

  def parameters(call)
    call.fetch("parameters").map do |parameter|
      kind = :key if optional?(parameter)
      kind ||= parameter.fetch("by") == "position" ? :req : :keyreq
      [kind, parameter.fetch("name").to_sym]
    end
  end

  def optional?(parameter)
    parameter.key?("default") || parameter.fetch("type").end_with?("?")
  end

  # Returns the line that defines the method, with its defaults.
  def definition(call)
    name = method_of(call).name
    receiver = "self." if name == :from_env || !call.key?("class")
    parameters = call.fetch("parameters").map { |parameter| definition_of(parameter) }.join(", ")
    "def #{receiver}#{name}#{"(#{parameters})" unless parameters.empty?}"
  end

  def definition_of(parameter)
    name = parameter.fetch("name")
    return "#{name}: nil" if parameter.fetch("type").end_with?("?")
    return "#{name}: #{parameter["default"].inspect}" if parameter.key?("default")

    parameter.fetch("by") == "position" ? name : "#{name}:"
  end

  # Returns the same as it stands in the source.
  def source_of(method)
    file, line = method.source_location
    source = File.readlines(file).drop(line - 1).join
    source[/def [\w.]+(?:\(.*?\))?/m].gsub(/\(\s+/, "(").gsub(/\s+\)/, ")").gsub(/\s+/, " ")
  end

  # Returns the results of the class that the calls return.
  def results(name)
    found = Calls::ALL.map(&:outcome).flat_map { |outcome| [outcome, *findings(outcome)] }
    found.grep(Deskseal.const_get(name))
  end

  def findings(outcome)
    outcome.respond_to?(:findings) ? outcome.findings : []
  end

  def code_of(outcome)
    case outcome
    when Deskseal::Error then outcome.code
    when TypeError then "TypeError"
    end
  end
end
