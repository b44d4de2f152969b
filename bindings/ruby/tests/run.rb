# frozen_string_literal: true

# Runs all tests: ruby tests/run.rb
#
# They test the installed gem, and read the repository at DESKSEAL_REPOSITORY, its API contract as JSON
# at DESKSEAL_CONTRACT, and a library with a function that panics at DESKSEAL_PANIC_LIBRARY.
#
# Rails changes Ruby's own classes. The tests that load it have a process of their own.

require "rbconfig"

LOADS_RAILS = /^require "(?:action|active|rails)/

tests = Dir.glob("#{__dir__}/*_test.rb").sort
groups = tests.partition { |file| File.read(file).match?(LOADS_RAILS) }
passed = groups.map do |files|
  system(RbConfig.ruby, "-W:no-experimental", *files.flat_map { |file| ["-r", file] }, "-e", "")
end
exit passed.all?
