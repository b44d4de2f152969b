# Tests what a customer of the shop sees; run `bin/rails test`.

ENV["RAILS_ENV"] = "test"
require_relative "../config/environment"
require "rails/test_help"

class SupportTest < ActionDispatch::IntegrationTest
  PORTAL_SECRET = Deskseal.generate_secret

  setup do
    deskseal = Rails.configuration.deskseal
    deskseal.ticket_center.merge!(helpdesk_id: "desk-1", secret: Deskseal.generate_secret)
    deskseal.portal.secret = PORTAL_SECRET
  end

  Customer::ALL.each do |customer|
    test "#{customer.name} sees their own Ticket Center" do
      post session_path, params: { name: customer.name, password: "example" }
      follow_redirect!
      assert_select "script[data-email='#{customer.email}'][src^='#{allowed_origin}/']"

      get deskseal_portal_path
      visitor = Deskseal::Verifier.new(PORTAL_SECRET).verify_link("help.company.com", response.location)
      assert_equal customer.id.to_s, visitor.user_id

      delete session_path
      follow_redirect!
      assert_select "script", false
    end
  end

  private

  def allowed_origin
    response.headers["Content-Security-Policy"][/script-src 'self' (\S+)/, 1]
  end
end
