# frozen_string_literal: true

# Loads the native library. A precompiled gem has one for each minor version of Ruby. A gem that was built when
# it was installed has one library, which is in Ruby's search path.
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
      Install the gem again with this Ruby. If there is no precompiled gem for it, that needs Rust and libclang.
    TEXT
  end
end
