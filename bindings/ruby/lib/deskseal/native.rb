# frozen_string_literal: true

# Loads the native library. A precompiled gem has one for each minor version of Ruby; a gem that was
# built where it is installed has a single one.
minor = RUBY_VERSION[/\A\d+\.\d+/]
failures = []
is_loaded = ["deskseal/#{minor}/deskseal", "deskseal/deskseal"].any? do |library|
  require library
  true
rescue LoadError => error
  failures << error.message
  false
end
unless is_loaded
  raise LoadError, <<~TEXT
    deskseal has no native library that loads in Ruby #{minor} on #{RUBY_PLATFORM}:
    #{failures.map { |failure| "- #{failure}" }.join("\n")}
    Install the gem again with this Ruby. Where none is precompiled, that needs Rust and libclang.
  TEXT
end
