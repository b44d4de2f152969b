Rails.application.configure do
  config.deskseal.ticket_center.script_url = ENV["TICKET_CENTER_URL"]
  config.deskseal.portal.url = ENV.fetch("PORTAL_URL", "https://help.company.com")
end
