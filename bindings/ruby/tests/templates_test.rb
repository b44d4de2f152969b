# frozen_string_literal: true

# Templates render an embed as markup. Those of Rails are in rails_test.rb.

require "erb"
require_relative "support"

class TemplatesTest < Minitest::Test
  include Support

  def test_erb_renders_the_markup
    embed = SIGNER.ticket_center('"ada"@example.com', "desk-1")
    assert_equal embed.html, ERB.new("<%= embed %>").result(binding)
    assert_includes embed.html, "&quot;ada&quot;@example.com"
  end
end
