# frozen_string_literal: true

# Reads the signatures in sig/, as far as they go: one declaration a line, and nothing that is not here.
class Signatures
  # A method's parameters, as Ruby tells them; their types, by name; and the type of what it returns.
  Signature = Struct.new(:parameters, :types, :returned)

  # A class's superclass, attributes and methods by name. Methods of the class itself begin with `self.`.
  Declared = Struct.new(:superclass, :methods)

  TYPE = /[\w:]+(?:\[.*\])?\??|\[ .* \]/
  LINES = {
    module: /\Amodule (?<name>\w+)\z/,
    class: /\Aclass (?<name>\w+)(?: < (?<superclass>\w+))?\z/,
    constant: /\A(?<name>[A-Z]+): (?<type>#{TYPE})\z/,
    type: /\Atype (?<name>\w+) = (?<type>.+)\z/,
    attribute: /\Aattr_reader (?<name>\w+): (?<type>#{TYPE})\z/,
    method: /\Adef (?<name>(?:self\.)?[\w=?]+): \((?<parameters>.*)\) -> (?<type>#{TYPE})\z/,
    alias: /\Aalias (?<name>[\w?]+) (?<original>[\w=]+)\z/,
    end: /\Aend\z/,
    nothing: /\A(?:#.*)?\z/,
  }.freeze
  PARAMETERS = {
    rest: /\A\*(?<type>untyped)(?: (?<name>\w+))?\z/,
    key: /\A\?(?<name>\w+): (?<type>#{TYPE})\z/,
    keyreq: /\A(?<name>\w+): (?<type>#{TYPE})\z/,
    opt: /\A\?(?<type>#{TYPE}) (?<name>\w+)\z/,
    req: /\A(?<type>#{TYPE}) (?<name>\w+)\z/,
  }.freeze

  # Classes by name, the module by the name nil; and constants of the module with their types.
  attr_reader :declared, :constants

  def initialize(file)
    @declared = {}
    @constants = {}
    @open = []
    File.foreach(file, chomp: true).with_index(1) { |line, number| read(line.strip, "#{file}:#{number}") }
    raise "#{file} ends inside of #{@open.last}" unless @open.empty?
  end

  private

  def read(line, place)
    kind, match = first_match(LINES, line) || raise("#{place}: this is not understood: #{line}")
    case kind
    when :module then open(nil, nil)
    when :class then open(match[:name], match[:superclass])
    when :constant then @constants[match[:name]] = match[:type]
    when :attribute then add(match[:name], Signature.new([], {}, match[:type]), place)
    when :method then add(match[:name], signature(match[:parameters], match[:type], place), place)
    when :alias then add(match[:name], methods.fetch(match[:original]), place)
    when :end then @open.pop
    end
  end

  def first_match(patterns, text)
    patterns.lazy.filter_map { |kind, pattern| [kind, pattern.match(text)] if pattern.match?(text) }.first
  end

  def open(name, superclass)
    @open.push(name)
    @declared[name] = Declared.new(superclass, {})
  end

  def methods
    @declared.fetch(@open.last).methods
  end

  def add(name, signature, place)
    raise "#{place}: #{name} is declared twice" if methods.key?(name)

    methods[name] = signature
  end

  def signature(parameters, returned, place)
    found = parameters.split(/, (?![^\[]*\])/).map do |parameter|
      first_match(PARAMETERS, parameter) || raise("#{place}: this is not understood: #{parameter}")
    end
    told = found.map { |kind, match| [kind, match[:name]&.to_sym].compact }
    Signature.new(told, found.to_h { |_, match| [match[:name], match[:type]] }, returned)
  end
end
