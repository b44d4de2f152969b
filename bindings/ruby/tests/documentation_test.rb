# frozen_string_literal: true

# Everything public is documented, with an example that runs.

require_relative "support"

class DocumentationTest < Minitest::Test
  # Somewhere in the sources, and the comment above it.
  Documented = Struct.new(:name, :comment, :call) do
    # Returns the lines of each example.
    def examples
      comment.join("\n").scan(/^@example\n((?:  .*(?:\n|\z)|\n)+)/).map { |(lines)| lines.gsub(/^  /, "") }
    end
  end

  # What checks a line `code # => shown`, and a line `# => shown` below the code.
  SHOWN = /^( *)(.+?)(?: |\n *)# => (.+)$/

  def self.comment_above(file, line)
    above = File.readlines(file, chomp: true).take(line - 1).reverse
    above.take_while { |text| text.match?(/^\s*#/) }.reverse.map { |text| text.sub(/^\s*# ?/, "") }
  end

  def self.of_method(name, method, call = nil)
    Documented.new(name, comment_above(*method.source_location), call)
  end

  # Returns where the class is defined in Ruby: the native part has defined some before.
  def self.definition(file, name)
    index = File.readlines(file).index { |line| line.match?(/^\s*class #{name}\b/) }
    [file, index + 1] if index
  end

  LIBRARY = File.dirname($LOADED_FEATURES.grep(%r{/deskseal\.rb\z}).first)
  SOURCES = Dir.glob("#{LIBRARY}/{,deskseal/}*.rb")

  CALLS = Support.contract.fetch("call").map do |call|
    owner = call.key?("class") ? Deskseal.const_get(call["class"]) : Deskseal
    method =
      case call["name"]
      when "new" then owner.instance_method(:initialize)
      when "from_env" then owner.method(:from_env)
      else call.key?("class") ? owner.instance_method(call["name"]) : owner.method(call["name"])
      end
    of_method([call["class"], call["name"]].compact.join("."), method, call)
  end

  CLASSES = Deskseal.constants.select { |name| Deskseal.const_get(name).is_a?(Class) }.map do |name|
    file, line = SOURCES.lazy.filter_map { |path| definition(path, name) }.first
    Documented.new(name.name, comment_above(file, line))
  end

  # Readers and idioms are small: their class has the example.
  SMALL = [*CLASSES.map(&:name), "Result"].flat_map do |name|
    owner = Deskseal.const_get(name)
    methods = owner.public_instance_methods(false) - CALLS.map { |call| call.name.split(".").last.to_sym }
    methods.map { |method| of_method("#{name}##{method}", owner.instance_method(method)) }
  end

  [*CALLS, *CLASSES].each do |documented|
    define_method("test_#{documented.name}_has_an_example_that_runs") do
      refute_empty documented.examples, documented.name
      documented.examples.each { |example| run_example(documented.name, example) }
    end

    define_method("test_#{documented.name}_is_described") do
      assert_match(/\A(?:[A-Z].+|@param.+)\z/, documented.comment.first.to_s, documented.name)
    end
  end

  def test_every_reader_and_idiom_is_described
    assert_operator SMALL.length, :>, 20
    SMALL.each do |documented|
      assert_match(/\A(?:[A-Z]|@return \[)/, documented.comment.first.to_s, documented.name)
    end
  end

  CALLS.each do |documented|
    define_method("test_#{documented.name}_names_every_error") do
      text = documented.comment.join("\n")
      # It may refer to another call for the rest.
      unless text.match?(/those\s+of \{#/)
        codes = documented.call.values_at("errors", "visitor_errors").flatten
        assert_empty codes.reject { |code| text.include?("`#{code}`") }
      end
      names = documented.call.fetch("parameters").map { |parameter| parameter.fetch("name") }
      assert_equal names, text.scan(/^@param (\w+) \[/).flatten
    end
  end

  def test_the_module_has_an_example_that_runs
    file = SOURCES.find { |path| path.end_with?("/deskseal.rb") }
    line = File.readlines(file).index("module Deskseal\n") + 1
    documented = Documented.new("Deskseal", DocumentationTest.comment_above(file, line))
    refute_empty documented.examples
    documented.examples.each { |example| run_example("Deskseal", example) }
  end

  private

  # Runs the example, and compares every value with what stands beside it.
  def run_example(name, example)
    environment = ENV.to_h
    before = assertions
    eval(example.gsub(SHOWN) { "#{$1}assert_shown((#{$2}), #{$3.dump})" }, binding, name)
    assert_operator assertions, :>, before, "#{name} shows nothing"
  ensure
    ENV.replace(environment)
  end

  def assert_shown(value, shown)
    assert_equal shown.start_with?("#<") ? shown : eval(shown).inspect, value.inspect
  end
end
