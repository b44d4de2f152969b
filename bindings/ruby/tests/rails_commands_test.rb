# frozen_string_literal: true

# What builds and checks an application of Rails runs without a secret: the example's, in a copy.

require "fileutils"
require "tmpdir"
require_relative "support"

class RailsCommandsTest < Minitest::Test
  # What a new application has, and the example does without.
  FILES = {
    "app/assets/config/manifest.js" => "//= link application.css\n",
    "app/assets/stylesheets/application.css" => "main { margin: 1rem }\n",
  }.freeze
  # The asset pipeline: Debian has the first one up to version 12, and the second one after that.
  PIPELINE = %w[sprockets/railtie propshaft].find { |name| Gem.find_files(name).any? }
  # Rails requires the last one in every application.
  ENVIRONMENT = {
    "HELPDESKY_HMAC_SECRET" => nil,
    "HELPDESKY_HELPDESK_ID" => nil,
    "LETTERBOOK_PORTAL_TICKET_SECRET" => nil,
    "RAILS_ENV" => "production",
    "SECRET_KEY_BASE" => "for this test alone",
  }.freeze

  def setup
    @folder = Dir.mktmpdir
    FileUtils.cp_r("#{Support::REPOSITORY}/examples/rails/.", @folder)
    FILES.each do |path, text|
      FileUtils.mkdir_p(File.join(@folder, File.dirname(path)))
      File.write(File.join(@folder, path), text)
    end
  end

  def teardown
    FileUtils.remove_entry(@folder)
  end

  def test_assets_are_precompiled
    rails("assets:precompile")
    refute_empty Dir.glob("#{@folder}/public/assets/application-*.css")
  end

  def test_every_class_is_where_it_is_looked_for
    assert_includes rails("zeitwerk:check"), "All is good!"
  end

  def test_everything_is_loaded_at_once
    assert_equal "true", rails("runner", "print Rails.application.config.eager_load").lines.last
  end

  def test_an_application_with_an_origin_that_is_none_does_not_start
    setting = 'Rails.application.config.deskseal.ticket_center.origins = ["https://*.example.com"]'
    File.write("#{@folder}/config/initializers/origins.rb", setting)
    output, status = run_rails("runner", "print 1")
    refute_predicate status, :success?
    assert_includes output, 'config.deskseal.ticket_center.origins has "https://*.example.com"'
  end

  private

  # Returns what Rails prints, which must not fail.
  def rails(*arguments)
    output, status = run_rails(*arguments)
    assert status.success?, output
    output
  end

  def run_rails(*arguments)
    command = [RbConfig.ruby, "-W0", "-rrails", "-r#{PIPELINE}", "bin/rails", *arguments]
    Open3.capture2e(ENVIRONMENT, *command, chdir: @folder)
  end
end
