# frozen_string_literal: true

require "rails/generators/base"

module Deskseal
  module Generators
    # `bin/rails generate deskseal:install` writes `config/initializers/deskseal.rb`.
    class InstallGenerator < ::Rails::Generators::Base
      source_root File.join(__dir__, "templates")
      desc "Writes the initializer that says which help desk the application has."

      def write_initializer
        template "deskseal.rb.tt", "config/initializers/deskseal.rb"
      end

      def show_what_to_do_next
        say "Now see config/initializers/deskseal.rb: it says where the secrets go, and what comes next."
      end
    end
  end
end
