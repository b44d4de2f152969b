# frozen_string_literal: true

# The signatures in sig/ and the gem declare the same, and of the contract's types.

require_relative "rbs"
require_relative "support"

class SignaturesTest < Minitest::Test
  LIBRARY = File.dirname($LOADED_FEATURES.grep(%r{/deskseal\.rb\z}).first)
  SIGNATURES = Signatures.new(File.expand_path("../sig/deskseal.rbs", LIBRARY))
  CLASSES = SIGNATURES.declared.keys.compact

  # How the signatures write the contract's types.
  TYPES = {
    "text" => "String",
    "received" => "String",
    "names" => "names",
    "integer" => "Integer",
    "flag" => "bool",
    "time" => "time",
    "secret" => "String?",
    "[secret]" => "Array[String?]",
    "[previous]" => "Array[previous]",
    "map" => "Hash[String, String]",
    "[Finding]" => "Array[Finding]",
  }.freeze

  def test_the_signatures_and_the_module_have_the_same_names
    assert_equal [*CLASSES - ["Result"], *SIGNATURES.constants.keys].sort, Deskseal.constants.map(&:name).sort
    declared = SIGNATURES.declared[nil].methods
    assert_equal declared.keys.sort, Deskseal.singleton_methods.map { |name| "self.#{name}" }.sort
    SIGNATURES.constants.each { |name, type| assert_kind_of Object.const_get(type), Deskseal.const_get(name) }
  end

  CLASSES.each do |name|
    define_method("test_#{name}_and_its_signature_have_the_same_methods") do
      actual = Deskseal.const_get(name)
      declared = SIGNATURES.declared.fetch(name)
      assert_equal declared.superclass || "Object", actual.superclass.name.delete_prefix("Deskseal::")
      assert_equal declared.methods.keys.sort, methods_of(actual).sort
    end

    define_method("test_the_methods_of_#{name}_have_the_declared_parameters") do
      SIGNATURES.declared.fetch(name).methods.each do |method, signature|
        actual = method_of(Deskseal.const_get(name), method).parameters
        assert_equal signature.parameters, unnamed_rest(actual), method
      end
    end
  end

  def test_functions_have_the_declared_parameters
    SIGNATURES.declared[nil].methods.each do |name, signature|
      assert_equal signature.parameters, method_of(Deskseal, name).parameters
    end
  end

  Support.contract.fetch("call").each do |call|
    define_method("test_#{call["class"] || "Deskseal"}_#{call["name"]}_has_the_contracts_types") do
      signature = signature_of(call)
      types = call.fetch("parameters").to_h do |parameter|
        [parameter.fetch("name"), type(parameter.fetch("type"))]
      end
      assert_equal types, signature.types
      constructed = { "new" => "void", "from_env" => "instance" }
      assert_equal constructed.fetch(call.fetch("name")) { type(call.fetch("returns")) }, signature.returned
    end
  end

  def test_fields_have_the_contracts_types
    Support.contract.fetch("results").each do |name, fields|
      fields.each do |field|
        signature = SIGNATURES.declared.fetch(name).methods.fetch(field.fetch("name"))
        assert_equal type(field.fetch("type")), signature.returned
      end
    end
  end

  private

  # Returns the public methods that the class adds. `initialize` stands for a `new` that takes the same.
  def methods_of(actual)
    own = actual.public_instance_methods(false).map(&:name)
    own << "initialize" if actual.private_instance_methods(false).include?(:initialize)
    own + (actual.singleton_methods(false) - [:new]).map { |name| "self.#{name}" }
  end

  def method_of(actual, name)
    name.start_with?("self.") ? actual.method(name.delete_prefix("self.")) : actual.instance_method(name)
  end

  # Rubies differ in whether they name a rest that has no name.
  def unnamed_rest(parameters)
    parameters.map { |kind, name| name == :* ? [kind] : [kind, *name] }
  end

  def signature_of(call)
    methods = SIGNATURES.declared.fetch(call["class"]).methods
    return methods.fetch("self.#{call.fetch("name")}") unless call.key?("class") && call["name"] != "from_env"

    methods.fetch(call["name"] == "new" ? "initialize" : call["name"])
  end

  def type(name)
    optional = name.end_with?("?")
    TYPES.fetch(name.chomp("?")) { |other| other } + (optional ? "?" : "")
  end
end
