# frozen_string_literal: true

# The adapter of conform.rb gives the shared vectors' answers.

require_relative "support"

class VectorsTest < Minitest::Test
  include Support

  FILES = Dir.glob("#{REPOSITORY}/tests/vectors/*.json").sort
  REQUEST = %w[id class new call args].freeze

  # A file without cases describes the others.
  CASES = FILES.to_h { |file| [File.basename(file, ".json"), JSON.parse(File.read(file))["cases"]] }.compact

  def test_there_are_vectors
    assert_operator CASES.length, :>, 1
    assert_equal [FILES.length - 1, 0], [CASES.length, CASES.values.count(&:empty?)]
  end

  CASES.each do |name, cases|
    define_method("test_every_vector_of_#{name}_is_answered") do
      cases.group_by { |vector| vector.fetch("env", {}) }.each do |environment, group|
        assert_equal group.map { |vector| expected(vector) }, answers(environment, group)
      end
    end
  end

  private

  def expected(vector)
    id = { "id" => vector.fetch("id") }
    return { **id, "value" => vector.fetch("expect") } unless vector.key?("error")

    { **id, "error" => { "kind" => vector.fetch("kind"), "code" => vector.fetch("error") } }
  end

  def answers(environment, vectors)
    requests = vectors.map { |vector| "#{vector.slice(*REQUEST).to_json}\n" }.join
    command = [environment, RbConfig.ruby, "#{__dir__}/conform.rb"]
    output, status = Open3.capture2(*command, stdin_data: requests)
    assert status.success?
    output.each_line.map { |line| with_codes_of_findings(JSON.parse(line)) }
  end

  # Returns the answer with the codes of findings alone, as the vectors list them.
  def with_codes_of_findings(answer)
    value = answer["value"]
    return answer unless value.is_a?(Hash) && value.key?("findings")

    { **answer, "value" => { "findings" => value["findings"].map { |finding| finding.fetch("code") } } }
  end
end
