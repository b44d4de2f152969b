# A shop whose customers have a Ticket Center. On Debian, with Debian's Rails:
#
#     apt install ruby-railties puma && gem install deskseal && bin/rails server
#
# Open http://localhost:3000 and sign in as `ada` or `grace`, with the password `example`. These
# variables set your help desk; without the secrets, customers get a public form:
#
#     HELPDESKY_HMAC_SECRET, HELPDESKY_HELPDESK_ID, LETTERBOOK_PORTAL_TICKET_SECRET
#     TICKET_CENTER_URL=https://helpdesky.io/ticket-center.js  PORTAL_URL=https://help.company.com

require "action_controller/railtie"
require "rails/test_unit/railtie"
require "deskseal"

module Shop
  class Application < Rails::Application
    config.load_defaults 6.1
    config.eager_load = Rails.env.production?
    config.consider_all_requests_local = Rails.env.development?
    config.filter_parameters << :password
    config.action_controller.allow_forgery_protection = !Rails.env.test?
  end
end
