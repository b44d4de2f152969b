Rails.application.configure do
  config.content_security_policy { |policy| policy.script_src :self }
  config.content_security_policy_nonce_generator = ->(_request) { SecureRandom.base64(16) }
end
