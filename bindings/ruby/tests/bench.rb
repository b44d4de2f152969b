# frozen_string_literal: true

# Prints how much faster the gem is than what a user would write instead.
#
#     ruby tests/bench.rb
#
# It counts the processor's time, so that what else the machine does weighs less.

require "deskseal"
require "openssl"
require "rbconfig"

SECRET = "example-secret-for-documentation"
EMAIL = "ada.lovelace@example.com"
SIGNER = Deskseal::Signer.new(SECRET)
VERIFIER = Deskseal::Verifier.new(SECRET)
SIGNATURE = SIGNER.sign_email(EMAIL).signature
HMAC = OpenSSL::HMAC.new(SECRET, "SHA256")

ROUNDS = 200
CALLS = 1000
STARTS = 30

# What a row measures: our statement, what a user would write, and how many times slower that must be.
Promise = Struct.new(:name, :rival, :ours, :times)

BY_HAND = 'OpenSSL::HMAC.hexdigest("sha256", SECRET, EMAIL.strip.downcase)'
REUSED = "HMAC.reset; HMAC.update(EMAIL.strip.downcase); HMAC.hexdigest"

PROMISES = [
  Promise.new("sign_email", BY_HAND, "SIGNER.sign_email(EMAIL)", 15),
  Promise.new("  HMAC reused", REUSED, "SIGNER.sign_email(EMAIL)", 5),
  Promise.new(
    "verify_email", "OpenSSL.fixed_length_secure_compare(#{BY_HAND}, SIGNATURE)",
    "VERIFIER.verify_email(EMAIL, SIGNATURE)", 10
  ),
  Promise.new(
    "  HMAC reused", "OpenSSL.fixed_length_secure_compare((#{REUSED}), SIGNATURE)",
    "VERIFIER.verify_email(EMAIL, SIGNATURE)", 4
  ),
].freeze

# Returns how long the block has the processor, in seconds.
def seconds
  start = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)
  yield
  Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) - start
end

# Returns the same without the garbage that others have left.
def seconds_after_collection(&block)
  GC.start
  seconds(&block)
end

# Returns the same for the processes that the block runs.
def seconds_of_children
  start = Process.times
  yield
  finish = Process.times
  (finish.cutime + finish.cstime) - (start.cutime + start.cstime)
end

def median(numbers)
  numbers.sort[numbers.length / 2]
end

# Returns a block that makes many calls of the statement, without a block's own cost for each.
def calls(statement)
  eval("lambda { index = 0; while index < #{CALLS}; #{statement}; index += 1; end }")
end

# Returns the median time of a call of both, measured in turns.
def nanoseconds(*statements)
  loops = statements.map { |statement| calls(statement) }
  rounds = Array.new(ROUNDS) { loops.map { |many| seconds_after_collection(&many) } }
  rounds.transpose.map { |times| median(times) / CALLS * 1e9 }
end

# Returns how much longer Ruby takes to start with the gem than without, in turns.
def start_milliseconds
  options = $LOAD_PATH.grep(/deskseal/).flat_map { |folder| ["-I", folder] }
  start = ->(script) { seconds_of_children { system(RbConfig.ruby, *options, "-e", script, exception: true) } }
  rounds = Array.new(STARTS) { [start.call("nil"), start.call('require "deskseal"')] }
  bare, ours = rounds.transpose.map { |times| median(times) }
  (ours - bare) * 1e3
end

def report(name, measured, promised, is_kept)
  puts format("%-16s %-46s %-16s %s", name, measured, promised, is_kept ? "kept" : "MISSED")
end

PROMISES.each do |promise|
  rival, ours = nanoseconds(promise.rival, promise.ours)
  times = rival / ours
  measured = format("%.0f ns, OpenSSL %.0f ns: %.1f times faster", ours, rival, times)
  report(promise.name, measured, "#{promise.times} times", times >= promise.times)
end
milliseconds = start_milliseconds
report("require", format("%.1f ms", milliseconds), "at most 15 ms", milliseconds <= 15)
library = $LOADED_FEATURES.grep(%r{/deskseal\.(?:so|bundle)\z}).first
megabytes = File.size(library) / 1e6
report("library", format("%.2f MB", megabytes), "at most 1.5 MB", megabytes <= 1.5)
