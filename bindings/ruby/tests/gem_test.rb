# frozen_string_literal: true

# The gems, packed and installed: what is in them, what installing them says, and what it leaves.

require "fileutils"
require "rubygems/package"
require "tmpdir"
require_relative "support"

module Packed
  REPOSITORY = Support::REPOSITORY
  VERSION = Support.contract.fetch("version")
  LONGEST_LIBRARY = 1_500_000

  # Returns the files of the gem by their paths, which are all ordinary files.
  def files(gem)
    files = {}
    File.open(gem, "rb") do |file|
      data = Gem::Package::TarReader.new(file).find { |entry| entry.full_name == "data.tar.gz" }
      Zlib::GzipReader.wrap(StringIO.new(data.read)) do |tar|
        Gem::Package::TarReader.new(tar).each do |entry|
          assert_equal "0", entry.header.typeflag, "#{entry.full_name} is no ordinary file"
          files[entry.full_name] = entry.read
        end
      end
    end
    files
  end

  # Returns the paths, in the repository's folder, of the files below another one.
  def paths(folder, pattern)
    Dir.glob(pattern, base: File.join(REPOSITORY, folder))
  end

  # Returns the paths that are in every gem.
  def common_paths
    ruby = paths("bindings/ruby", "{lib,sig}/**/*.{rb,rbs,tt}")
    ["LICENSE-APACHE", "LICENSE-MIT", "README.md", *ruby]
  end

  def assert_same_as_in_repository(packed, path, original)
    assert_equal File.binread(File.join(REPOSITORY, original)), packed.fetch(path), path
  end

  def assert_metadata(spec)
    assert_equal ["deskseal", VERSION], [spec.name, spec.version.to_s]
    assert_equal ["MIT", "Apache-2.0"], spec.licenses
    assert_equal "true", spec.metadata["rubygems_mfa_required"]
    assert_empty spec.dependencies
    assert_empty spec.executables
  end
end

class SourceGemTest < Minitest::Test
  include Packed

  GEM = ENV.fetch("DESKSEAL_GEM")
  WORKSPACE = "ext/deskseal"
  MEMBERS = ["core", "bindings/ruby"].freeze

  def setup
    @spec = Gem::Package.new(GEM).spec
    @files = files(GEM)
  end

  def test_the_specification_names_the_gem
    assert_metadata(@spec)
    assert_equal Gem::Requirement.new(">= 3.1"), @spec.required_ruby_version
    assert_equal ["ext/deskseal/extconf.rb"], @spec.extensions
    assert_equal "ruby", @spec.platform
  end

  def test_nothing_is_missing_and_nothing_is_extra
    rust = MEMBERS.flat_map do |member|
      ["#{member}/Cargo.toml", *paths(member, "src/**/*.rs").map { |path| "#{member}/#{path}" }]
    end
    rust = ["Cargo.lock", "Cargo.toml", "extconf.rb", *rust].map { |path| "#{WORKSPACE}/#{path}" }
    assert_equal (common_paths + rust).sort, @files.keys.sort
    assert_equal @files.keys.sort, @spec.files.sort
  end

  def test_its_sources_are_the_repositorys
    common_paths.each { |path| assert_same_as_in_repository(@files, path, "bindings/ruby/#{path}") }
    rust = @files.keys.grep(/\.rs\z/)
    refute_empty rust
    rust.each do |path|
      assert_same_as_in_repository(@files, path, path.delete_prefix("#{WORKSPACE}/"))
    end
  end

  def test_its_lock_file_has_the_repositorys_versions_and_no_package_for_tests
    packed = packages(@files.fetch("#{WORKSPACE}/Cargo.lock"))
    locked = packages(File.read(File.join(REPOSITORY, "Cargo.lock")))
    assert_empty packed - locked
    names = packed.map { |package| package[/^name = "(.+)"/, 1] }
    assert_empty ["deskseal", "deskseal-ruby", "magnus", "sha2"] - names
    assert_empty names & ["criterion", "proptest", "clap", "pyo3", "napi"]
  end

  def test_its_workspace_has_no_path_outside_of_it
    manifests = @files.select { |path, _| path.end_with?("Cargo.toml") }
    assert_equal 1 + MEMBERS.length, manifests.length
    dependencies = manifests.values.flat_map { |manifest| manifest.scan(/path = "(.*?)"/) }.flatten
    assert_equal ["core"], dependencies
  end

  private

  # Returns what the lock file says of each package, without its dependencies.
  def packages(lock)
    packages = lock.split("[[package]]\n").drop(1)
    packages.map { |package| package.partition("dependencies").first.strip }
  end
end

class PlatformGemTest < Minitest::Test
  include Packed

  GEM = ENV.fetch("DESKSEAL_PLATFORM_GEM")
  MINOR = RUBY_VERSION[/\A\d+\.\d+/]

  def setup
    @spec = Gem::Package.new(GEM).spec
    @files = files(GEM)
  end

  def test_the_specification_names_the_gem
    assert_metadata(@spec)
    assert_empty @spec.extensions
    assert_equal Gem::Platform.local.os, @spec.platform.os
    assert @spec.required_ruby_version.satisfied_by?(Gem.ruby_version)
    refute @spec.required_ruby_version.satisfied_by?(Gem::Version.new("3.0.7"))
  end

  def test_it_requires_exactly_the_minor_versions_that_it_has_libraries_for
    minors = @files.keys.filter_map { |path| path[%r{\Alib/deskseal/(\d+\.\d+)/}, 1] }
    assert_includes minors, MINOR
    versions = minors.map { |minor| Gem::Version.new("#{minor}.0") }
    assert(versions.all? { |version| @spec.required_ruby_version.satisfied_by?(version) })
    next_preview = Gem::Version.new("#{versions.max.bump}.0.preview1")
    refute @spec.required_ruby_version.satisfied_by?(next_preview)
  end

  def test_nothing_is_missing_and_nothing_is_extra
    libraries, others = @files.keys.partition { |path| path.match?(%r{\Alib/deskseal/\d+\.\d+/}) }
    assert_equal common_paths.sort, others.sort
    names = libraries.map { |path| File.basename(path) }
    assert_equal ["deskseal.#{RbConfig::CONFIG["DLEXT"]}"], names.uniq
    common_paths.each { |path| assert_same_as_in_repository(@files, path, "bindings/ruby/#{path}") }
  end

  def test_its_libraries_are_small
    libraries = @files.select { |path, _| path.end_with?(RbConfig::CONFIG["DLEXT"]) }
    libraries.each_value { |library| assert_operator library.bytesize, :<=, LONGEST_LIBRARY }
  end

  def test_it_loads_the_library_of_this_ruby_where_it_is_installed_alone
    Dir.mktmpdir do |home|
      environment = { "GEM_HOME" => home, "GEM_PATH" => home, "RUBYOPT" => nil, "RUBYLIB" => nil }
      install = ["-S", "gem", "install", "--local", "--no-document", GEM]
      output, status = Open3.capture2e(environment, RbConfig.ruby, *install)
      assert status.success?, output
      script = 'require "deskseal"; puts $LOADED_FEATURES, Deskseal.canonical_email("A@Example.com")'
      output, status = Open3.capture2e(environment, RbConfig.ruby, "-w", "-e", script)
      assert status.success?, output
      assert_equal "a@example.com", output.lines.last.chomp
      assert_match(%r{^#{Regexp.escape(File.realpath(home))}/.*/deskseal/#{MINOR}/deskseal\.}, output)
    end
  end
end

class InstallationTest < Minitest::Test
  include Packed

  SPEC = Gem::Specification.find_by_name("deskseal")
  EXTCONF = File.join(SPEC.full_gem_path, "ext/deskseal/extconf.rb")
  LIBRARY = "deskseal.#{RbConfig::CONFIG["DLEXT"]}"

  # Without a build tree, in bytes: the sources, and the library in both of RubyGems' places for it.
  LARGEST_INSTALLATION = (2 * LONGEST_LIBRARY) + 1_000_000

  def setup
    @folder = Dir.mktmpdir
  end

  def teardown
    FileUtils.rm_rf(@folder)
  end

  def test_installing_removes_the_build_folder
    folders = [SPEC.full_gem_path, SPEC.extension_dir]
    files = folders.flat_map { |folder| Dir.glob("#{folder}/**/*", File::FNM_DOTMATCH) }
    files.select! { |path| File.file?(path) }
    assert_empty files.grep(/\.(?:rlib|rmeta|d|o)\z/)
    assert_operator files.sum { |path| File.size(path) }, :<=, LARGEST_INSTALLATION
  end

  def test_its_library_is_small
    libraries = SPEC.full_require_paths.flat_map { |folder| Dir.glob("#{folder}/**/#{LIBRARY}") }
    refute_empty libraries
    libraries.each { |library| assert_operator File.size(library), :<=, LONGEST_LIBRARY }
  end

  def test_without_cargo_it_says_what_is_missing
    output, status = extconf("PATH" => "", "CARGO" => nil)
    refute status.success?
    assert_match(/Cargo was not found, or does not run\. Install Rust 1\.\d+ or newer, from https/, output)
    assert_match(/precompiled gem/, output)
    refute_match(/extconf\.rb:\d+:in/, output)
  end

  def test_with_a_broken_cargo_it_says_what_is_missing
    output, status = extconf("CARGO" => program("exit 1"))
    refute status.success?
    assert_match(/Cargo was not found, or does not run/, output)
  end

  def test_with_an_old_cargo_it_says_what_is_needed
    output, status = extconf("CARGO" => program("echo 'cargo 1.9.0 (abcdef 2016-05-01)'"))
    refute status.success?
    assert_match(/Rust is older than 1\.\d+\. Run `rustup update stable`/, output)
  end

  def test_without_libclang_it_says_what_is_missing
    output, status = extconf("LIBCLANG_PATH" => @folder)
    refute status.success?
    assert_match(/Libclang was not found.*`apt-get install libclang-dev`/m, output)
    refute_match(/Cargo was not found/, output)
  end

  def test_it_builds_for_ruby_itself_from_the_packed_lock_file
    _, status, makefile = extconf("CARGO_BUILD_TARGET" => nil, "CARGO_TARGET_DIR" => nil)
    assert status.success?
    assert_match(/RUBY=#{RbConfig.ruby} .*--release --locked.*--target-dir deskseal-build/, makefile)
    assert_match(%r{cp deskseal-build/.*release/(?:lib)?deskseal_ruby\.\w+ }, makefile)
  end

  def test_it_uses_cargos_own_variables
    cargo = program("echo cargo 1.999.0")
    settings = { "CARGO_BUILD_TARGET" => "this-target", "CARGO_TARGET_DIR" => "/shared folder" }
    _, status, makefile = extconf({ "CARGO" => cargo, **settings })
    assert status.success?
    assert_match(%r{ #{cargo} rustc .* --target-dir '/shared folder' --target this-target}, makefile)
    assert_match(%r{cp '/shared folder/this-target/release/(?:lib)?deskseal_ruby\.\w+' }, makefile)
    refute_match(/rm .*shared/, makefile)
  end

  def test_without_a_library_loading_says_what_to_do
    FileUtils.cp_r(File.join(SPEC.full_gem_path, "lib/."), @folder)
    Dir.glob("#{@folder}/**/#{LIBRARY}") { |library| File.delete(library) }
    command = [RbConfig.ruby, "--disable-gems", "-I", @folder, "-e", 'require "deskseal"']
    output, status = Open3.capture2e(*command)
    refute status.success?
    assert_match(/deskseal has no native library that loads in Ruby \d\.\d on .*LoadError/, output)
    assert_match(/Install the gem again with this Ruby/, output)
  end

  private

  # Runs extconf.rb in an empty folder, and returns what it says, how it ends, and the Makefile.
  def extconf(environment)
    output, status = Open3.capture2e(environment, RbConfig.ruby, EXTCONF, chdir: @folder)
    makefile = File.join(@folder, "Makefile")
    [output, status, (File.read(makefile) if File.exist?(makefile))]
  end

  # Returns a program that runs a line of shell.
  def program(line)
    path = File.join(@folder, "program")
    File.write(path, "#!/bin/sh\n#{line}\n", perm: 0o755)
    path
  end
end
