# frozen_string_literal: true

# Loads the native library. A precompiled gem has one for each minor version of Ruby; a gem that was
# built where it is installed has a single one, which is in Ruby's search path.
minor = RUBY_VERSION[/\A\d+\.\d+/]
begin
  require_relative "#{minor}/deskseal"
rescue LoadError => precompiled
  begin
    require "deskseal/deskseal"
  rescue LoadError => built
    raise LoadError, <<~TEXT
      deskseal has no native library that loads in Ruby #{minor} on #{RUBY_PLATFORM}:
      - #{precompiled.message}
      - #{built.message}
      Install the gem again with this Ruby. Where none is precompiled, that needs Rust and libclang.
    TEXT
  end
end
