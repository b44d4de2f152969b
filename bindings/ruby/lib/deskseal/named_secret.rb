# frozen_string_literal: true

module Deskseal
  # A secret on its way from an environment variable to a constructor, which subclasses may have
  # overridden. It reads the value where it is used.
  #
  # @private
  class NamedSecret
    # Returns what the native part takes: the variables if there are any, and else the secret.
    #
    # @param secret [String, nil, NamedSecret]
    # @return [Array(Array, nil), Array(nil, String)]
    def self.variables_and_text(secret)
      secret.instance_of?(self) ? [secret.variables, nil] : [nil, secret]
    end

    # Returns a number that changes with the names and the values. Ruby chooses its key when it starts.
    #
    # @param name [String, Array<String>] the variable's name, or several that mean the same secret
    # @return [Integer, nil]
    def self.fingerprint(name)
      [name, Array(name).map { |variable| ENV[variable] }].hash
    rescue ArgumentError
      # No variable can have such a name, which is for the signer to say.
      nil
    end

    # Returns a setting's secret. Settings hold what a variable held, perhaps a reference that was not resolved,
    # so both are checked alike.
    #
    # @param secret [String, nil]
    # @return [NamedSecret]
    def self.of_setting(secret)
      new("secret", ->(_) { secret })
    end

    # @param name [String, Array<String>] the variable's name, or several that mean the same secret
    # @param read [#call] returns the value of a name
    def initialize(name, read = ENV.method(:[]))
      @names = name.is_a?(Array) ? name : [name]
      @read = read
      freeze
    end

    # Returns each variable's name and value.
    #
    # @return [Array<Array(String, String)>, Array<Array(String, nil)>]
    def variables
      @names.map { |name| [name, text(name)] }
    end

    # Hides the name, which may be the secret itself, passed by mistake.
    #
    # @return [String]
    def inspect
      "#<#{self.class}>"
    end

    private

    # Takes the bytes as UTF-8, whatever the locale says they are.
    def text(name)
      value = @read.call(name)
      value.is_a?(String) ? value.dup.force_encoding(Encoding::UTF_8) : value
    rescue ArgumentError
      # No variable can have such a name.
      nil
    end
  end
  private_constant :NamedSecret
end
