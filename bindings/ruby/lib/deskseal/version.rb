# frozen_string_literal: true

# Signs and verifies who a logged-in customer is, for embedded help desks.
module Deskseal
  # The gem's version, which is that of the library inside.
  VERSION = "0.1.0"
end
