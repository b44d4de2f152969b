# frozen_string_literal: true

module Deskseal
  # The name of a secret's variable, which `from_env` passes to a constructor. Subclasses may override the
  # constructor. The value is read when it is used.
  #
  # @private
  class NamedSecret
    # Returns the arguments of the native functions: the variables for a NamedSecret, otherwise the secret.
    #
    # @param secret [String, nil, NamedSecret]
    # @return [Array(Array, nil), Array(nil, String)]
    def self.variables_and_text(secret)
      secret.instance_of?(self) ? [secret.variables, nil] : [nil, secret]
    end

    # Returns a number that changes with the names and the values. Ruby chooses its hashes' key when it starts.
    #
    # @param name [String, Array<String>] the variable's name, or several names for the same secret
    # @return [Integer, nil]
    def self.fingerprint(name)
      [name, Array(name).map { |variable| ENV[variable] }].hash
    rescue ArgumentError
      # No variable can have such a name. The signer reports it.
      nil
    end

    # Returns a setting's secret, with the same checks as a variable. A setting usually comes from a variable, and
    # may be a reference that was not resolved.
    #
    # @param secret [String, nil]
    # @return [NamedSecret]
    def self.of_setting(secret)
      new("secret", ->(_) { secret })
    end

    # @param name [String, Array<String>] the variable's name, or several names for the same secret
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

    # Reads the bytes as UTF-8, in every locale.
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
