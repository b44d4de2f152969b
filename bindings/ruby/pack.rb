# frozen_string_literal: true

# Packs the gems that are published.
#
#     ruby pack.rb FOLDER                       the source gem, which builds the library itself
#     ruby pack.rb FOLDER PLATFORM LIBRARIES    a platform's gem, with LIBRARIES/3.1/deskseal.so …
#
# The gem is written into FOLDER. A source gem is built far from the repository, so its ext/deskseal is a
# cargo workspace: the repository's, with the core and this binding as its only members.

require "fileutils"
require "rubygems/package"

SOURCE = __dir__
REPOSITORY = File.expand_path("../..", SOURCE)
MEMBERS = ["core", "bindings/ruby"].freeze

# The files of every gem.
COMMON = ["deskseal.gemspec", "README.md", "LICENSE-APACHE", "LICENSE-MIT", "lib", "sig"].freeze

# Sections of manifests that only checks need. The lock file would have to list their packages.
CHECKS = /\A\[+(?:dev-dependencies|bench|lints|workspace\.lints)\b/

# The manifests' encoding, in every locale.
Encoding.default_external = "UTF-8"

# Without this, RubyGems writes the time of packing. The same sources must make the same gem.
ENV["SOURCE_DATE_EPOCH"] ||= "315619200"

def pack_source(folder)
  staged = staged_folder(folder, "source")
  FileUtils.cp_r(File.join(SOURCE, "ext"), staged)
  write_workspace(File.join(staged, "ext/deskseal"))
  build(specification(staged), staged, folder)
end

def pack_platform(folder, platform, libraries)
  staged = staged_folder(folder, platform)
  FileUtils.cp_r(File.join(libraries, "."), File.join(staged, "lib/deskseal"))
  spec = specification(staged)
  spec.platform = platform
  spec.extensions = []
  spec.required_ruby_version = ruby_versions(Dir.children(libraries))
  build(spec, staged, folder)
end

# Returns a new folder with the files of every gem. Links become the files that they point to.
def staged_folder(folder, name)
  staged = File.join(folder, "staged", name)
  FileUtils.rm_rf(staged)
  FileUtils.mkdir_p(staged)
  COMMON.each { |file| FileUtils.cp_r(File.realpath(file, SOURCE), File.join(staged, file)) }
  staged
end

# A library works in one minor version of Ruby. Previews of the next version are excluded.
def ruby_versions(minors)
  versions = minors.map { |minor| Gem::Version.new("#{minor}.0") }
  [">= #{versions.min}", "< #{versions.max.bump}.dev"]
end

def write_workspace(folder)
  write_manifest("Cargo.toml", folder) { |manifest| with_members(manifest) }
  MEMBERS.each do |member|
    write_manifest("#{member}/Cargo.toml", folder)
    FileUtils.cp_r(File.join(REPOSITORY, member, "src"), File.join(folder, member))
  end
  write_lock(folder)
end

# Writes the repository's manifest without the sections that only checks need.
def write_manifest(path, folder)
  sections = File.read(File.join(REPOSITORY, path)).split(/^(?=\[)/)
  manifest = sections.grep_v(CHECKS).join
  manifest = yield manifest if block_given?
  packed = File.join(folder, path)
  FileUtils.mkdir_p(File.dirname(packed))
  File.write(packed, manifest)
end

def with_members(manifest)
  manifest = manifest.sub(/^members = \[.*?\]/m, "members = [#{MEMBERS.map(&:dump).join(", ")}]")
  manifest.sub(/^(?:#.*\n)*default-members = \[.*?\]\n/m, "")
end

# Lets cargo remove the packages that are no longer needed. It must not change others.
def write_lock(folder)
  locked = File.read(File.join(REPOSITORY, "Cargo.lock"))
  packed = File.join(folder, "Cargo.lock")
  File.write(packed, locked)
  prune = [ENV.fetch("CARGO", "cargo"), "update", "--quiet", "--workspace", "--offline"]
  system(*prune, chdir: folder, exception: true)
  changed = packages(File.read(packed)) - packages(locked)
  abort "cargo has changed the repository's Cargo.lock:\n#{changed.join("\n")}" if changed.any?
end

# Returns a lock file's packages without their dependencies, since optional ones are removed.
def packages(lock)
  packages = lock.split("[[package]]\n").drop(1)
  packages.map { |package| package.partition("dependencies").first.strip }
end

def specification(staged)
  Gem::Specification.load(File.join(staged, "deskseal.gemspec")) || abort("cannot load #{staged}/deskseal.gemspec")
end

def build(spec, staged, folder)
  Dir.chdir(staged) { Gem::Package.build(spec, false, false, File.join(folder, spec.file_name)) }
end

folder, platform, libraries = ARGV.map.with_index do |argument, index|
  index == 1 ? argument : File.expand_path(argument)
end
case ARGV.length
when 1 then pack_source(folder)
when 3 then pack_platform(folder, platform, libraries)
else abort "usage: ruby pack.rb FOLDER [PLATFORM LIBRARIES]"
end
