# frozen_string_literal: true

# Runs all tests: ruby tests/run.rb
#
# They test the installed gem, and read the repository at DESKSEAL_REPOSITORY, its API contract as JSON
# at DESKSEAL_CONTRACT, and a library with a function that panics at DESKSEAL_PANIC_LIBRARY.
#
# Rails changes Ruby's own classes, and has one application in a process: each file of tests that loads it
# has a process of its own.

require "rbconfig"

LOADS_RAILS = /^require "(?:action|active|rails)/

tests = Dir.glob("#{__dir__}/*_test.rb").sort
with_rails, without_rails = tests.partition { |file| File.read(file).match?(LOADS_RAILS) }
passed = [without_rails, *with_rails.map { |file| [file] }].map do |files|
  system(RbConfig.ruby, "-W:no-experimental", *files.flat_map { |file| ["-r", file] }, "-e", "")
end
exit passed.all?
