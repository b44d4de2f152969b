# frozen_string_literal: true

require "rails/generators/base"

module Deskseal
  module Generators
    # `bin/rails generate deskseal:install` writes `config/initializers/deskseal.rb`.
    class InstallGenerator < ::Rails::Generators::Base
      source_root File.join(__dir__, "templates")
      desc "Writes an initializer with the settings of the application's help desk."

      def write_initializer
        template "deskseal.rb.tt", "config/initializers/deskseal.rb"
      end

      def show_what_to_do_next
        say "Next, open config/initializers/deskseal.rb. It says where to put the secrets and the settings."
      end
    end
  end
end
