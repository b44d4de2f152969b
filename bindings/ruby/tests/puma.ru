# frozen_string_literal: true

# An application for puma_test.rb. Every answer says which process gave it.

require "deskseal"
require "rack/request"

SIGNER = Deskseal::Signer.new("example-secret-for-documentation")
VERIFIER = Deskseal::Verifier.new("example-secret-for-documentation")

def answer(path, parameters)
  case path
  when "/sign" then SIGNER.sign_email(parameters["email"]).signature
  when "/verify" then VERIFIER.verify_email(parameters["email"], parameters["signature"]).email
  when "/panic" then Deskseal.panic
  end
end

run(lambda do |environment|
  request = Rack::Request.new(environment)
  [200, { "x-process" => Process.pid.to_s }, [answer(request.path_info, request.params)]]
rescue => error
  [500, { "x-process" => Process.pid.to_s }, ["#{error.class}: #{error.message}"]]
end)
