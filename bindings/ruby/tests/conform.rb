# frozen_string_literal: true

# The conformance adapter: answers `{id, class?, new?, call, args}` with `{id, value | error}`.
require "deskseal"
require "json"

def answer(request)
  value = call_of(request).call
  { value: value.class.name.start_with?("Deskseal::") ? value.to_h : value }
rescue Deskseal::Error => error
  { error: { kind: error.class.name[/(\w+)Error\z/, 1].downcase, code: error.code } }
end

# Returns the block that makes the call, of the module or of the object that the request constructs.
def call_of(request)
  given, name = request["new"], request["class"]
  return sending(Deskseal, request["call"], request["args"]) unless name
  constructor = Deskseal.const_get(name)
  constructing = sending(constructor, :from_env, given) if given.key?("name")
  constructing ||= sending(constructor, :new, given, constructor.instance_method(:initialize))
  sending(constructing.call, request["call"], request["args"])
end

# Returns the block that calls the method, whose parameters say which arguments go by position.
def sending(receiver, name, given, method = receiver.method(name))
  positions = method.parameters.filter_map { |kind, parameter| parameter if kind == :req }
  named, positional = given.transform_keys(&:to_sym).except(*positions), given.values_at(*positions.map(&:name))
  -> { receiver.public_send(name, *positional, **named) }
end

# Puts ill-formed text in the place of what stands for it.
def text(value)
  case value
  in Array then value.map { |item| text(item) }
  in Hash if value.key?("utf8") then [value["utf8"]].pack("H*").force_encoding("UTF-8")
  in Hash then value.transform_values { |item| text(item) }
  else value
  end
end
return unless $PROGRAM_NAME == __FILE__
$stdin.set_encoding("UTF-8").each_line do |line|
  request = text(JSON.parse(line))
  ($stdout << { id: request["id"], **answer(request) }.to_json << "\n").flush
end
