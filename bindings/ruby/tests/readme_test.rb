# frozen_string_literal: true

# Every block of the README runs, in order, and its applications answer. The README's own test runs
# among these.

require "action_controller/railtie"
require "action_view/testing/resolvers"
require "rails/test_help"
require "fileutils"
require "logger"
require "rack/mock"
require "stringio"
require "tmpdir"
require_relative "support"

README = File.read(File.join(__dir__, "../README.md"), encoding: "UTF-8")

PORTAL_SECRET = Deskseal.generate_secret
ENV["HELPDESKY_HMAC_SECRET"] = Deskseal.generate_secret
ENV["LETTERBOOK_PORTAL_TICKET_SECRET"] = PORTAL_SECRET
ENV["DESKSEAL_IDENTITY_SECRET"] = Deskseal.generate_secret

# The application that the README assumes.
class ReadmeApplication < Rails::Application
  config.cache_classes = true
  config.eager_load = false
  config.root = Dir.mktmpdir.tap { |root| Minitest.after_run { FileUtils.remove_entry(root) } }
  config.logger = Logger.new(nil)
  config.secret_key_base = "for this test alone"
  config.hosts.clear
  routes.append do
    get "support", to: "support#show"
    get "support/portal", to: "support#portal", as: :deskseal_portal
    get "support/identity", to: "support#identity"
    get "submit-ticket", to: "tickets#new"
    get "recipe/submit-ticket", to: "recipe#show"
  end
end

ReadmeApplication.initialize!

class ApplicationController < ActionController::Base
  User = Struct.new(:email, :id)

  def authenticate_user! = nil

  helper_method def current_user = User.new("Ada@example.com", 42)
end

# Runs the recipe, whose second line has the visitor.
class RecipeController < ApplicationController
  def show
    visitor = instance_eval("#{RECIPES.first}; visitor")
    render plain: visitor ? visitor.user_id : "anonymous"
  end

  rescue_from(Deskseal::VerificationError) { |error| render plain: error.code, status: :forbidden }
end

# Returns the README's blocks of code.
def blocks(language)
  README.scan(/^```#{language}\n(.*?)^```$/m).flatten
end

# Blocks that belong into an action, since they use `request`.
RECIPES = blocks("ruby").grep(/^visitor = /)

# Runs the blocks as one program, and returns what it printed.
def output_of_the_readme
  $stdout = StringIO.new
  scope = TOPLEVEL_BINDING.dup
  (blocks("ruby") - RECIPES).each { |block| scope.eval(block, "README.md") }
  $stdout.string
ensure
  $stdout = STDOUT
end

OUTPUT = output_of_the_readme
ActionController::Base.prepend_view_path(
  ActionView::FixtureResolver.new("support/show.html.erb" => blocks("erb").first),
)

class ReadmeTest < Minitest::Test
  # The README's own tests have made one up.
  def setup
    Rails.configuration.deskseal.ticket_center.delete(:secret)
  end

  def test_the_blocks_print_what_their_comments_say
    expected = blocks("ruby").flat_map { |block| block.scan(/^ *puts .*# (.+)$/) }.flatten
    refute_empty expected
    assert_equal expected, OUTPUT.lines(chomp: true)
  end

  def test_the_rails_view_shows_the_ticket_center
    assert_includes rails("/support").body, embed.html
  end

  def test_the_rails_view_has_the_link
    assert_match %r{<a data-turbo="false" .*href="/support/portal">Help</a>}, rails("/support").body
  end

  def test_the_rails_controller_answers_with_the_identity
    assert_equal "ada@example.com", JSON.parse(rails("/support/identity").body)["email"]
  end

  def test_the_rails_controllers_sign_and_verify_a_link
    link = rails("/support/portal").headers["Location"]
    query = URI(link).query
    assert_equal "A ticket of customer 42", rails("/submit-ticket?#{query}").body
    assert_equal "A public ticket", rails("/submit-ticket").body
    rejected = rails("/submit-ticket?#{query.sub("user_id=42", "user_id=43")}")
    assert_equal 403, rejected.status
    assert_equal "This link cannot be used: signature_mismatch", rejected.body
  end

  def test_the_recipe_verifies_the_target_and_rejects_a_repeated_parameter
    assert_equal [3], RECIPES.map { |recipe| recipe.lines.length }
    link = Deskseal::Signer.new(PORTAL_SECRET).portal_link("https://help.company.com", "a+b &ü")
    target = "/recipe/submit-ticket?#{URI(link).query}"
    assert_equal "a+b &ü", rails(target).body.force_encoding("UTF-8")
    assert_equal "anonymous", rails("/recipe/submit-ticket").body
    %w[user_id=43 user_id=a%2Bb user_id_signature=0 user_id_timestamp=1].each do |repeated|
      rejected = rails("#{target}&#{repeated}")
      assert_equal [403, "identity_repeated"], [rejected.status, rejected.body], repeated
    end
  end

  def test_the_sinatra_handler_shows_the_ticket_center
    Help.get("/log-in") { session["email"] = "Ada@example.com" }
    server = Rack::MockRequest.new(Help)
    cookie = server.get("/log-in").headers["Set-Cookie"]
    assert_includes server.get("/support", "HTTP_COOKIE" => cookie).body, embed.html
  end

  private

  def rails(path)
    Rack::MockRequest.new(ReadmeApplication).get(path)
  end

  def embed
    Deskseal::Signer.from_env("HELPDESKY_HMAC_SECRET").ticket_center("ada@example.com", "desk-1")
  end
end
