# frozen_string_literal: true

# A panic becomes an exception, in a library that is built with a function that panics.

require_relative "support"

class PanicTest < Minitest::Test
  include Support

  def test_plain_rescue_catches_a_panic_and_the_process_goes_on
    output = panicking(<<~'RUBY')
      signer = Deskseal::Signer.new("example-secret-for-documentation")
      kinds = Array.new(100) do
        Deskseal.panic
      rescue => error
        [error.class, error.message, signer.sign_email("Ada@example.com").email]
      end
      puts kinds.uniq.length, kinds.first
    RUBY
    assert_equal <<~TEXT, output.lines.last(4).join
      1
      RuntimeError
      Internal error in deskseal; nothing was signed or verified. Please report this bug.
      ada@example.com
    TEXT
  end

  def test_a_panic_in_a_thread_ends_no_thread
    output = panicking(<<~'RUBY')
      threads = Array.new(4) { Thread.new { (Deskseal.panic rescue $!.class) } }
      puts threads.map(&:value).uniq.inspect
    RUBY
    assert_equal "[RuntimeError]\n", output.lines.last
  end

  def test_the_published_gem_has_no_function_that_panics
    refute_respond_to Deskseal, :panic
  end

  private

  # Returns what a Ruby with the other library prints.
  def panicking(script)
    library = ENV.fetch("DESKSEAL_PANIC_LIBRARY")
    ruby("-I", library, "require \"deskseal\"\n#{script}", environment: { "RUST_BACKTRACE" => "0" })
  end
end
