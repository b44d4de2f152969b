# frozen_string_literal: true

# Every method, with every error, while the garbage collector runs at every chance, and between moves of all objects;
# every method, with an answer and an error, while it moves objects at every chance, which takes far longer.

require_relative "calls"
require_relative "support"

class GcStressTest < Minitest::Test
  LEAST_CALLS = 300
  ALL = [*Calls::ALL, *Calls::SEARCHING].freeze
  ROUNDS = (LEAST_CALLS.to_f / ALL.length).ceil
  # At every chance: a collection of new objects, which everything that a call makes is, or of all objects.
  NEW_OBJECTS = 1
  ALL_OBJECTS = true
  # Ruby 3.2 has given it another name.
  LARGER_HEAP = RUBY_VERSION.to_f < 3.2 ? { double_heap: true } : { expand_heap: true }

  def setup
    # Each call, and what comes of it. No hash: procs are other keys after they were moved.
    @expected = ALL.map { |call| [call, described(call.outcome)] }
    GC.start
  end

  def teardown
    GC.stress = false
    GC.auto_compact = false
  end

  def test_every_call_gives_its_answer_under_gc_stress
    assert_answers { |call| stressed(NEW_OBJECTS) { call.outcome } }
  end

  def test_every_call_gives_its_answer_between_compactions
    assert_answers do |call|
      GC.compact
      call.outcome
    end
  end

  def test_every_call_gives_its_answer_under_gc_stress_that_compacts
    GC.auto_compact = true
    answered_and_rejected = @expected.uniq { |call, _| [call.name, call.code.nil?] }
    outcomes = answered_and_rejected.map { |call, _| stressed(ALL_OBJECTS) { call.outcome } }
    assert_described(answered_and_rejected, outcomes)
  end

  def test_results_signers_and_verifiers_survive_compaction
    results = ALL.map(&:outcome)
    signers = Array.new(100) { Deskseal::Signer.new(Calls::SECRET) }
    GC.verify_compaction_references(toward: :empty, **LARGER_HEAP)
    assert_described(@expected, results)
    assert_equal [Calls::SIGNED] * 100, signers.map { |signer| signer.sign_email(Calls::EMAIL) }
  end

  private

  # Makes every call by the block, again and again.
  def assert_answers
    outcomes = Array.new(ROUNDS) { ALL.map { |call| yield call } }
    assert_operator outcomes.flatten(1).length, :>=, LEAST_CALLS
    outcomes.each { |round| assert_described(@expected, round) }
  end

  def assert_described(calls, outcomes)
    calls.zip(outcomes) do |(call, expected), outcome|
      assert_equal [expected], [described(outcome)], call.name
    end
  end

  def stressed(objects)
    GC.stress = objects
    yield
  ensure
    GC.stress = false
  end

  # Returns the answer down to plain values, or what there is to know about the error.
  def described(outcome)
    case outcome
    when Deskseal::Error then [outcome.class, outcome.code, outcome.message]
    when TypeError then [outcome.class, outcome.message]
    when String, nil then outcome
    else outcome.to_h
    end
  end
end
