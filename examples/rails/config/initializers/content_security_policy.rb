# The desk's script is allowed by its origin: that holds also where Turbo swaps pages, since the browser keeps the
# policy of the first page, and with it the nonce of that page alone.
Rails.application.configure do
  desk = URI(ENV.fetch("TICKET_CENTER_URL", "https://helpdesky.io/ticket-center.js")).origin
  config.content_security_policy { |policy| policy.script_src :self, desk }
end
