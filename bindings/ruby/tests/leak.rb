# frozen_string_literal: true

# Proves that memory stays flat over two million calls, the failing ones included, with the collector as
# it is; and that the same measurement sees a leak of one result in ten calls.
#
#     ruby tests/leak.rb [CALLS]

require "etc"
require "fiddle"
require_relative "calls"

KIBIBYTES_ALLOWED = 1024
RESULTS = Calls::ALL.map(&:outcome).grep_v(Exception).grep_v(String).compact.freeze

# Uses everything that results can do.
def use_results
  RESULTS.each do |result|
    [result.inspect, result.to_s, result.hash, result.to_h, result.as_json, result.deconstruct_keys(nil)]
    raise "equal" if result == Calls::SIGNER
  end
end

# Makes about so many calls, and gives the block every tenth outcome.
def run(calls)
  rounds = calls / Calls::ALL.length
  rounds.times do |round|
    Calls::ALL.each_with_index do |call, index|
      outcome = call.outcome
      yield outcome if ((round + index) % 10).zero?
    end
    use_results
    Calls::SEARCHING.each(&:outcome) if (round % 500).zero?
  end
end

# Returns the process's resident memory, without what the allocator keeps for later.
def resident_kibibytes
  3.times { GC.start }
  trim_allocator if RUBY_PLATFORM.include?("linux")
  return Integer(`ps -o rss= -p #{Process.pid}`) unless File.exist?("/proc/self/statm")

  Integer(File.read("/proc/self/statm").split[1]) * Etc.sysconf(Etc::SC_PAGESIZE) / 1024
end

# Returns free memory to the system, where the C library can.
def trim_allocator
  trim = Fiddle::Handle::DEFAULT["malloc_trim"]
  Fiddle::Function.new(trim, [Fiddle::TYPE_SIZE_T], Fiddle::TYPE_INT).call(0)
rescue Fiddle::DLError
  # This C library has no such function.
end

# Returns by how much memory grows while the calls are made.
def growth(calls, &keep)
  before = resident_kibibytes
  run(calls, &keep)
  resident_kibibytes - before
end

calls = Integer(ARGV.fetch(0, 2_000_000))
run(calls / 10) { |outcome| outcome }
grown = growth(calls) { |outcome| outcome }
puts "#{calls} calls: resident memory grew by #{grown} KiB, #{KIBIBYTES_ALLOWED} are allowed"
kept = []
leaked = growth(calls / 10) { |outcome| kept << outcome }
puts "#{calls / 10} calls that leak on purpose: it grew by #{leaked} KiB, which the measurement must see"
exit grown <= KIBIBYTES_ALLOWED && leaked > KIBIBYTES_ALLOWED
