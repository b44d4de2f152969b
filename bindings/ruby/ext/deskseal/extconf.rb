# frozen_string_literal: true

# Writes the Makefile that builds the native library with cargo, and installs it.
#
# It runs where the gem is installed, with the user's Ruby, and needs its standard library alone.

require "rbconfig"

MANIFEST = File.join(__dir__, "Cargo.toml")
MINIMUM_RUST = File.read(MANIFEST, encoding: "UTF-8")[/^rust-version = "(.+)"/, 1]
HOST = RbConfig::CONFIG.fetch("host_os")
CARGO = ENV.fetch("CARGO", "cargo")

# Where cargo builds, unless the user shares one folder between all builds.
BUILD_FOLDER = "deskseal-build"

# As cargo names the library, and as Ruby does.
BUILT = "#{"lib" unless HOST.match?(/mingw/)}deskseal_ruby.#{RbConfig::CONFIG.fetch("SOEXT")}"
INSTALLED = "deskseal.#{RbConfig::CONFIG.fetch("DLEXT")}"

# Where bindgen looks for libclang beside the folders that variables name.
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
  There is no cargo that runs. Install Rust #{MINIMUM_RUST} or newer, from https://rustup.rs or your
  system's packages, until `cargo --version` answers; if it is elsewhere, set CARGO to its path.
TEXT

OLD_CARGO = <<~TEXT
  Rust is older than #{MINIMUM_RUST}. Run `rustup update stable`, or install it from https://rustup.rs
  if your system's packages are older; if it is elsewhere, set CARGO to its path.
TEXT

NO_LIBCLANG = <<~TEXT
  There is no libclang, which reads Ruby's headers. Run `apt-get install libclang-dev`, `dnf install
  clang-devel`, `apk add clang-dev` or `xcode-select --install`, or install LLVM as is usual on your
  system; if it is elsewhere, set LIBCLANG_PATH to its folder.
TEXT

PRECOMPILED = <<~TEXT
  Or use a precompiled gem, which needs none of this. There is one for Linux, macOS and Windows, and
  it is chosen by itself unless `--platform ruby` or `force_ruby_platform` forbids it.
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

# Returns what cargo needs to know about Ruby, and what else it does not find out by itself.
def environment
  variables = { "RUBY" => RbConfig.ruby }
  return variables unless HOST.match?(/musl/)

  # Rust links statically by default where musl is the C library, and then makes no such library.
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

# Returns the target that the user wants, or the one of Ruby where Rust's own is usually another.
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

# RubyGems gives DESTDIR and sitearchdir anew. What the user shares between builds is left to them.
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
