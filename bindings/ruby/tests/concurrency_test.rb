# frozen_string_literal: true

# One signer and one verifier serve threads, Ractors and forked processes.

require_relative "support"

class ConcurrencyTest < Minitest::Test
  include Support

  # A generated secret: the documentation's is rejected in a variable.
  SECRET = Deskseal.generate_secret
  SIGNER = Deskseal::Signer.new(SECRET)
  VERIFIER = Deskseal::Verifier.new(SECRET)

  WORKERS = 8
  ROUNDS = 500

  # Signs and verifies for the worker, and returns how many answers were right.
  def self.work(signer, verifier, worker, rounds)
    (0...rounds).sum do |round|
      address = "customer-#{worker}-#{round}@example.com"
      signed = signer.sign_email(address.upcase)
      right = verifier.verify_email(signed.email, signed.signature).email == address ? 1 : 0
      right += 1 if code_of_rejection(verifier, "x#{address}", signed.signature) == "signature_mismatch"
      token = signer.identity_token("desk-1", user_id: address, attributes: { worker: worker, "name" => address })
      right += 1 if verifier.verify_identity_token("desk-1", token).attributes["name"] == address
      link = signer.portal_link("https://help.company.com", address)
      verifier.verify_link("help.company.com", link).user_id == address ? right + 1 : right
    end
  end

  def self.code_of_rejection(verifier, email, signature)
    verifier.verify_email(email, signature)
  rescue Deskseal::VerificationError => error
    error.code
  end

  def test_threads_share_signer_and_verifier
    threads = Array.new(WORKERS) do |worker|
      Thread.new { ConcurrencyTest.work(SIGNER, VERIFIER, worker, ROUNDS) }
    end
    assert_equal [4 * ROUNDS] * WORKERS, threads.map(&:value)
  end

  def test_ractors_share_signer_and_verifier
    ractors = Array.new(WORKERS) do |worker|
      Ractor.new(SIGNER, VERIFIER, worker, ROUNDS) do |*shared|
        ConcurrencyTest.work(*shared)
      end
    end
    assert_equal [4 * ROUNDS] * WORKERS, ractors.map { |ractor| value_of(ractor) }
  end

  def test_a_ractor_can_make_its_own_signer_and_verifier
    ENV["DESKSEAL_TEST_RACTOR"] = SECRET
    ractor = Ractor.new(SECRET, OLD) do |secret, old|
      signer = Deskseal::Signer.from_env("DESKSEAL_TEST_RACTOR")
      verifier = Deskseal::Verifier.new(old, previous: [[secret, Time.now + 60]])
      signed = signer.sign_email("Ada@example.com")
      embed = signer.ticket_center("ada@example.com", Deskseal.generate_secret)
      finding = verifier.explain_email("Ada@example.com", "0" * 64).findings.first
      code = begin
        Deskseal.canonical_host("host:80")
      rescue Deskseal::Error => error
        error.code
      end
      verified = verifier.verify_email(signed.email, signed.signature)
      shown = [verified.inspect, verified.to_h]
      [signer, signed, embed.html_safe?, finding.as_json.keys, code, verified, shown]
    end
    signer, signed, *rest = value_of(ractor)
    assert_equal [SIGNER.sign_email(EMAIL)] * 2, [signed, signer.sign_email(EMAIL)]
    verifier = Deskseal::Verifier.new(OLD, previous: [[SECRET, SECOND]])
    verified = verifier.verify_email(EMAIL, signed.signature, now: 0)
    shown = [verified.inspect, verified.to_h]
    assert_equal [true, %w[code message], "host_malformed", verified, shown], rest
  end

  def test_a_result_passes_between_ractors_without_being_copied
    signed = SIGNER.sign_email(EMAIL)
    assert_same signed, value_of(Ractor.new(signed) { |result| result })
  end

  def test_forked_processes_sign_and_verify_and_generate_other_secrets
    secrets = Array.new(2) { in_fork { work_and_generate } }
    assert_equal ["#{4 * ROUNDS}"] * 2, secrets.map { |line| line.split.first }
    assert_equal 3, [*secrets.map { |line| line.split.last }, Deskseal.generate_secret].uniq.length
  end

  private

  # Ractor#take has become Ractor#value.
  def value_of(ractor)
    ractor.respond_to?(:value) ? ractor.value : ractor.take
  end

  def work_and_generate
    "#{ConcurrencyTest.work(SIGNER, VERIFIER, Process.pid, ROUNDS)} #{Deskseal.generate_secret}"
  end

  # Returns what the block returns in a process of its own.
  def in_fork
    IO.pipe do |reader, writer|
      pid = fork do
        writer.write(yield)
        writer.close
        # Without the tests' own work at exit.
        exit!(0)
      end
      writer.close
      output = reader.read
      Process.wait(pid)
      assert_predicate Process.last_status, :success?
      output
    end
  end
end
