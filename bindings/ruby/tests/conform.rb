# frozen_string_literal: true

# The conformance adapter: answers `{id, class?, new?, call, args}` with `{id, value | error}`.
require "deskseal"
require "json"

def answer(request)
  value = called(callee(request), request["call"], request["args"])
  { value: value.class.name.start_with?("Deskseal::") ? value.to_h : value }
rescue Deskseal::Error => error
  { error: { kind: error.class.name[/(\w+)Error\z/, 1].downcase, code: error.code } }
end

# Returns the module, or the object that the request constructs.
def callee(request)
  return Deskseal unless request.key?("class")
  constructor, given = Deskseal.const_get(request["class"]), request["new"]
  return called(constructor, :from_env, given) if given.key?("name")
  called(constructor, :new, given, constructor.instance_method(:initialize))
end

# Calls the method, whose parameters say which arguments go by position.
def called(receiver, name, given, method = receiver.method(name))
  positions = method.parameters.filter_map { |kind, parameter| parameter if kind == :req }
  named = given.transform_keys(&:to_sym).except(*positions)
  receiver.public_send(name, *given.values_at(*positions.map(&:name)), **named)
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
$stdin.set_encoding("UTF-8").each_line do |line|
  request = text(JSON.parse(line))
  ($stdout << { id: request["id"], **answer(request) }.to_json << "\n").flush
end
