# frozen_string_literal: true

# Web servers, with threads and with workers, that load the library with a function that panics.

require "net/http"
require "timeout"
require_relative "support"

class PumaTest < Minitest::Test
  THREADS = 8
  PANIC = /\ARuntimeError: Internal error in deskseal; .*Please report this bug/

  # How long a server may take to start or to stop, in seconds.
  START_OR_STOP_TIMEOUT = 60

  # The e-mails of the vectors as typed, with what is expected of them.
  FILE = "#{Support::REPOSITORY}/tests/vectors/email_seal.json"
  VECTORS = JSON.parse(File.read(FILE, encoding: "UTF-8"))
  SIGNED_EMAILS = VECTORS["cases"].filter_map do |vector|
    is_signed = vector["call"] == "sign_email" && vector["new"] == { "secret" => Support::SECRET }
    [vector["args"]["email"], vector["expect"]] if is_signed && vector.key?("expect")
  end

  def test_threads_sign_and_verify_in_parallel
    with_puma("--threads", "#{THREADS}:#{THREADS}") { |port| assert_signed(port) }
  end

  def test_workers_sign_and_verify_in_parallel
    with_puma("--threads", "#{THREADS}:#{THREADS}", "--workers", "2") { |port| assert_signed(port) }
  end

  def test_a_panic_is_an_error_of_its_request_and_the_process_goes_on
    with_puma("--threads", "1:1") do |port|
      failed = get(port, "/panic")
      assert_equal "500", failed.code
      assert_match(PANIC, failed.body)
      assert_equal [failed["x-process"]], assert_signed(port)
    end
  end

  def test_panics_in_parallel_end_no_worker
    log = with_puma("--threads", "#{THREADS}:#{THREADS}", "--workers", "2") do |port|
      in_threads { get(port, "/panic").body }.each { |body| assert_match(PANIC, body) }
      assert_signed(port)
    end
    assert_equal 2, log.scan(/Worker \d+ \(PID: \d+\) booted/).length, log
  end

  private

  # Runs Puma on a free port for the block, and returns what it printed.
  def with_puma(*options)
    reader, writer = IO.pipe("UTF-8")
    pid = Process.spawn(*puma(options), out: writer, err: writer)
    writer.close
    log = +""
    yield listening(reader, log)
    stop(pid)
    log << reader.read
  ensure
    stop(pid) if pid
    reader.close
  end

  def puma(options)
    library = ENV.fetch("DESKSEAL_PANIC_LIBRARY")
    puma = [RbConfig.ruby, "-W:no-experimental", "-I", library, "-S", "puma"]
    # It panics on purpose, which needs no backtrace.
    address = "tcp://127.0.0.1:0"
    [{ "RUST_BACKTRACE" => "0" }, *puma, *options, "--bind", address, "#{__dir__}/puma.ru"]
  end

  # Returns the port, once Puma says that it serves.
  def listening(reader, log)
    Timeout.timeout(START_OR_STOP_TIMEOUT) do
      log << reader.readline until log.include?("Use Ctrl-C to stop")
    end
    Integer(log[%r{Listening on http://127\.0\.0\.1:(\d+)}, 1])
  rescue EOFError
    flunk "Puma ended:\n#{log}"
  end

  # Asks the server to end, and makes it end if it does not.
  def stop(pid)
    Process.kill("TERM", pid)
    Timeout.timeout(START_OR_STOP_TIMEOUT) { Process.wait(pid) }
  rescue Errno::ESRCH, Errno::ECHILD
    # It has ended already.
  rescue Timeout::Error
    Process.kill("KILL", pid)
    Process.wait(pid)
  end

  # Signs and verifies all e-mails in every thread, and returns which processes answered.
  def assert_signed(port)
    refute_empty SIGNED_EMAILS
    answers = in_threads { SIGNED_EMAILS.flat_map { |typed, expected| signed_email(port, typed, expected) } }
    answers.flatten(1).map do |expected, response|
      assert_equal ["200", expected], [response.code, response.body.dup.force_encoding("UTF-8")]
      response["x-process"]
    end.uniq
  end

  # Returns the answers to an e-mail, each behind the expected one.
  def signed_email(port, typed, expected)
    email, signature = expected.values_at("email", "signature")
    [
      [signature, get(port, "/sign", email: typed)],
      [email, get(port, "/verify", email: typed, signature: signature)],
    ]
  end

  def in_threads(&block)
    Array.new(THREADS) { Thread.new(&block) }.map(&:value)
  end

  def get(port, path, parameters = {})
    query = URI.encode_www_form(parameters)
    Net::HTTP.get_response(URI::HTTP.build(host: "127.0.0.1", port: port, path: path, query: query))
  end
end
