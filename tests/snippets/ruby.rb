# What the usual Ruby snippet makes of every character; see README.md beside this file.

(0..0x10FFFF).each do |code_point|
  next if (0xD800..0xDFFF).cover?(code_point)

  character = [code_point].pack("U")
  puts "trimmed #{code_point}" if character.strip.empty?
  lower = character.downcase
  puts "lower #{code_point} #{lower.unpack1('H*')}" unless lower == character
end
