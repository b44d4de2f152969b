# frozen_string_literal: true

# Every method, with every error, while the garbage collector runs at every chance and moves objects.

require_relative "calls"
require_relative "support"

class GcStressTest < Minitest::Test
  LEAST_CALLS = 300
  ALL = [*Calls::ALL, *Calls::SEARCHING].freeze
  ROUNDS = (LEAST_CALLS.to_f / ALL.length).ceil
  # Ruby 3.2 has given it another name.
  LARGER_HEAP = RUBY_VERSION.to_f < 3.2 ? { double_heap: true } : { expand_heap: true }

  def setup
    @expected = ALL.map { |call| described(call.outcome) }
    GC.start
  end

  def teardown
    GC.stress = false
    GC.auto_compact = false
  end

  def test_every_call_gives_its_answer_under_gc_stress
    assert_answers { |call| stressed { call.outcome } }
  end

  def test_every_call_gives_its_answer_between_compactions
    assert_answers do |call|
      GC.compact
      call.outcome
    end
  end

  def test_every_call_gives_its_answer_under_gc_stress_that_compacts
    GC.auto_compact = true
    assert_described(ALL.map { |call| stressed { call.outcome } })
  end

  def test_results_signers_and_verifiers_survive_compaction
    results = ALL.map(&:outcome)
    signers = Array.new(100) { Deskseal::Signer.new(Calls::SECRET) }
    GC.verify_compaction_references(toward: :empty, **LARGER_HEAP)
    assert_described(results)
    assert_equal [Calls::SIGNED] * 100, signers.map { |signer| signer.sign_email(Calls::EMAIL) }
  end

  private

  # Makes every call by the block, again and again.
  def assert_answers
    outcomes = Array.new(ROUNDS) { ALL.map { |call| yield call } }
    assert_operator outcomes.flatten(1).length, :>=, LEAST_CALLS
    outcomes.each { |round| assert_described(round) }
  end

  def assert_described(outcomes)
    ALL.zip(@expected, outcomes) do |call, expected, outcome|
      assert_equal [expected], [described(outcome)], call.name
    end
  end

  def stressed
    GC.stress = true
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
