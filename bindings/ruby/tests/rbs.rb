# frozen_string_literal: true

# Reads the signatures in sig/, as far as they go: one declaration a line, and nothing that is not here.
class Signatures
  # A method's parameters, as Ruby tells them; their types, by name; the type of what it returns; and
  # whether it is private.
  Signature = Struct.new(:parameters, :types, :returned, :private?)

  # A class's superclass, attributes and methods by name. Methods of the class itself begin with `self.`.
  Declared = Struct.new(:superclass, :methods)

  TYPE = /[\w:]+(?:\[.*\])?\??|\[ .* \]/
  LINES = {
    package: /\Amodule Deskseal\z/,
    module: /\Amodule (?<name>\w+)\z/,
    class: /\Aclass (?<name>\w+)(?: < (?<superclass>\w+))?\z/,
    constant: /\A(?<name>[A-Z]+): (?<type>#{TYPE})\z/,
    type: /\Atype (?<name>\w+) = (?<type>.+)\z/,
    attribute: /\Aattr_reader (?<name>\w+): (?<type>#{TYPE})\z/,
    method: /
      \A(?<private>private\ )?def\ (?<name>(?:self\.)?[\w=?]+):
      \ \((?<parameters>.*)\)(?<block>\ \?\{\ \(\)\ ->\ untyped\ \})?\ ->\ (?<type>#{TYPE})\z
    /x,
    alias: /\Aalias (?<name>[\w?]+) (?<original>[\w=]+)\z/,
    end: /\Aend\z/,
    nothing: /\A(?:#.*)?\z/,
  }.freeze
  PARAMETERS = {
    keyrest: /\A\*\*(?<type>#{TYPE}) (?<name>\w+)\z/,
    rest: /\A\*(?<type>untyped)(?: (?<name>\w+))?\z/,
    key: /\A\?(?<name>\w+): (?<type>#{TYPE})\z/,
    keyreq: /\A(?<name>\w+): (?<type>#{TYPE})\z/,
    opt: /\A\?(?<type>#{TYPE}) (?<name>\w+)\z/,
    req: /\A(?<type>#{TYPE}) (?<name>\w+)\z/,
  }.freeze

  # Classes and modules by name, the gem's module by the name nil; and constants of that one with their types.
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
    when :package then open(nil, nil)
    when :module then open(match[:name], nil)
    when :class then open(match[:name], match[:superclass])
    when :constant then @constants[match[:name]] = match[:type]
    when :attribute then add(match[:name], Signature.new([], {}, match[:type], false), place)
    when :method then add(match[:name], signature(match, place), place)
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

  def signature(method, place)
    found = method[:parameters].split(/, (?![^\[]*\])/).map do |parameter|
      first_match(PARAMETERS, parameter) || raise("#{place}: this is not understood: #{parameter}")
    end
    told = found.map { |kind, match| [kind, match[:name]&.to_sym].compact }
    told << [:block] if method[:block]
    types = found.to_h { |_, match| [match[:name], match[:type]] }
    Signature.new(told, types, method[:type], !method[:private].nil?)
  end
end
