# frozen_string_literal: true

# Writes the Makefile that builds the native library with cargo, and installs it.
#
# It runs when the gem is installed, with the user's Ruby, and needs only the standard library.

require "rbconfig"

MANIFEST = File.join(__dir__, "Cargo.toml")
MINIMUM_RUST = File.read(MANIFEST, encoding: "UTF-8")[/^rust-version = "(.+)"/, 1]
HOST = RbConfig::CONFIG.fetch("host_os")
CARGO = ENV.fetch("CARGO", "cargo")

# The folder in which cargo builds, unless the user sets CARGO_TARGET_DIR.
BUILD_FOLDER = "deskseal-build"

# The library's file name in cargo's folder, and in Ruby's.
BUILT = "#{"lib" unless HOST.match?(/mingw/)}deskseal_ruby.#{RbConfig::CONFIG.fetch("SOEXT")}"
INSTALLED = "deskseal.#{RbConfig::CONFIG.fetch("DLEXT")}"

# The folders in which bindgen searches for libclang, in addition to those in environment variables.
LIBCLANG_FOLDERS =
  case HOST
  when /darwin/
    [
      "/Library/Developer/CommandLineTools/usr/lib",
      "/Applications/Xcode.app/Contents/Developer/Toolchains/XcodeDefault.xctoolchain/usr/lib",
      "/{usr/local,opt/homebrew}/opt/llvm*/lib",
    ]
  when /mingw/
    ["C:/Program Files*/LLVM/bin", "C:/LLVM/bin", "C:/msys*/{mingw,clang,ucrt}*/bin"]
  else
    ["/usr/local/llvm*/lib*", "/usr/{,local/}lib*{,/*,/*/*}"]
  end

LIBCLANG = /\A(?:lib)?clang(?:-\d[.\d]*)?\.(?:so|dylib|dll)/

NO_CARGO = <<~TEXT
  Cargo was not found, or does not run. Install Rust #{MINIMUM_RUST} or newer, from https://rustup.rs or your
  system's packages, and check with `cargo --version`. If cargo is not in PATH, set CARGO to its path.
TEXT

OLD_CARGO = <<~TEXT
  Rust is older than #{MINIMUM_RUST}. Run `rustup update stable`, or install Rust from https://rustup.rs
  if your system's packages are older. If a newer cargo is not in PATH, set CARGO to its path.
TEXT

NO_LIBCLANG = <<~TEXT
  Libclang was not found. It is needed to read Ruby's headers. Run `apt-get install libclang-dev`, `dnf install
  clang-devel`, `apk add clang-dev` or `xcode-select --install`, or install LLVM. If it is in another folder,
  set LIBCLANG_PATH to that folder.
TEXT

PRECOMPILED = <<~TEXT
  Or use a precompiled gem, which needs neither. There is one for Linux, macOS and Windows, and RubyGems
  chooses it unless you set `--platform ruby` or `force_ruby_platform`.
TEXT

def missing
  [missing_rust, missing_libclang].compact
end

def missing_rust
  version = IO.popen([CARGO, "--version"], err: File::NULL, &:read)[/\d+\.\d+/]
  return NO_CARGO if version.nil?

  OLD_CARGO if (numbers(version) <=> numbers(MINIMUM_RUST)).negative?
rescue SystemCallError
  NO_CARGO
end

def numbers(version)
  version.split(".").map(&:to_i)
end

def missing_libclang
  NO_LIBCLANG if libclang_folders.none? { |folder| libclang?(folder) }
end

def libclang_folders
  named = ENV["LIBCLANG_PATH"]
  return [named, File.dirname(named)] if named

  paths = ENV.values_at("LD_LIBRARY_PATH", "LIBRARY_PATH").compact
  folders = paths.flat_map { |path| path.split(File::PATH_SEPARATOR) }
  [llvm_folder, *folders, *Dir.glob(LIBCLANG_FOLDERS)]
end

def llvm_folder
  llvm_config = ENV.fetch("LLVM_CONFIG_PATH", "llvm-config")
  IO.popen([llvm_config, "--libdir"], err: File::NULL, &:read).chomp
rescue SystemCallError
  ""
end

def libclang?(folder)
  File.directory?(folder) && Dir.children(folder).any? { |name| name.match?(LIBCLANG) }
end

# Returns the environment variables for cargo: the path of Ruby, and flags for musl.
def environment
  variables = { "RUBY" => RbConfig.ruby }
  return variables unless HOST.match?(/musl/)

  # With musl, Rust links statically by default, and then cannot build a shared library.
  variables.merge("RUSTFLAGS" => "#{ENV["RUSTFLAGS"]} -C target-feature=-crt-static")
end

def build_command
  command = [CARGO, "rustc", "--release", "--locked", "--lib", "--package", "deskseal-ruby"]
  command.push("--manifest-path", MANIFEST, "--target-dir", build_folder)
  command.push("--target", target) if target
  # Ruby's own functions are found when Ruby loads the library.
  command.push("--", "-C", "link-arg=-Wl,-undefined,dynamic_lookup") if HOST.match?(/darwin/)
  command
end

# Returns the target that the user set. On Windows, Rust's default target usually differs from Ruby's: returns Ruby's.
def target
  wanted = ENV["CARGO_BUILD_TARGET"]
  return wanted if wanted || !HOST.match?(/mingw/)

  is_arm = RbConfig::CONFIG["host_cpu"].match?(/arm|aarch/)
  is_arm ? "aarch64-pc-windows-gnullvm" : "x86_64-pc-windows-gnu"
end

def build_folder
  ENV.fetch("CARGO_TARGET_DIR", BUILD_FOLDER)
end

def quoted(word)
  word = word.gsub("$", "$$")
  word.match?(%r{\A[-\w=,./:+]+\z}) ? word : "'#{word.gsub("'", "'\\\\''")}'"
end

# RubyGems sets DESTDIR and sitearchdir. The Makefile removes only its own folder, not CARGO_TARGET_DIR.
def makefile
  settings = environment.map { |name, value| quoted("#{name}=#{value}") }
  library = [build_folder, *target, "release", BUILT].join("/")
  <<~MAKEFILE
    SHELL = /bin/sh
    DESTDIR =
    sitearchdir = #{RbConfig::CONFIG.fetch("sitearchdir")}
    folder = $(DESTDIR)$(sitearchdir)/deskseal

    .PHONY: all install clean

    all:
    \tenv #{settings.join(" ")} #{build_command.map { |word| quoted(word) }.join(" ")}

    install: all
    \tmkdir -p "$(folder)"
    \tcp #{quoted(library)} "$(folder)/#{INSTALLED}"
    \trm -rf #{BUILD_FOLDER}

    clean:
    \trm -rf #{BUILD_FOLDER}
  MAKEFILE
end

unless missing.empty?
  abort "The native library of deskseal cannot be built.\n\n#{[*missing, PRECOMPILED].join("\n")}"
end
File.write("Makefile", makefile)
