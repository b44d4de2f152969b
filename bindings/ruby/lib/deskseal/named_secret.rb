# frozen_string_literal: true

module Deskseal
  # A secret on its way from an environment variable to a constructor, which subclasses may have
  # overridden. It keeps the name alone, and reads the value where it is used.
  #
  # @private
  class NamedSecret
    # Returns what the native part takes: the variable's name if there is one, and the secret.
    #
    # @param secret [String, nil, NamedSecret]
    # @return [Array(String, String), Array(nil, String)]
    def self.name_and_text(secret)
      secret.instance_of?(self) ? secret.name_and_text : [nil, secret]
    end

    # @param name [String] the variable's name
    def initialize(name)
      @name = name
      freeze
    end

    # @return [Array(String, String), Array(String, nil)]
    def name_and_text
      [@name, text]
    end

    # Returns a number that changes with the name and the value. Ruby chooses its key when it starts.
    #
    # @return [Integer]
    def fingerprint
      name_and_text.hash
    end

    # Hides the name, which may be the secret itself, passed by mistake.
    #
    # @return [String]
    def inspect
      "#<#{self.class}>"
    end

    private

    # Takes the bytes as UTF-8, whatever the locale says they are.
    def text
      value = ENV[@name]
      value.is_a?(String) ? value.dup.force_encoding(Encoding::UTF_8) : value
    rescue ArgumentError
      # No variable can have such a name.
      nil
    end
  end
  private_constant :NamedSecret
end
