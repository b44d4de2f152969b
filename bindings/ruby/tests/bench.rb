# frozen_string_literal: true

# Prints how much faster the gem is than what a user would write instead.
#
#     ruby tests/bench.rb
#
# Each row measures both in turns in this process, and the ratio of their medians. It counts the processor's
# time, so that what else the machine does weighs less.

require "cgi"
require "deskseal"
require "jwt"
require "openssl"
require "rbconfig"
require "securerandom"
require "tmpdir"
require "uri"

SECRET = Deskseal.generate_secret
EMAIL = "ada.lovelace@example.com"
USER_ID = "user-42"
HOST = "help.company.com"
PORTAL = "https://#{HOST}"
DESK = "desk-1"
SCRIPT = "https://helpdesky.io/ticket-center.js"
SIGNER = Deskseal::Signer.new(SECRET)
VERIFIER = Deskseal::Verifier.new(SECRET)
SIGNATURE = SIGNER.sign_email(EMAIL).signature
LINK = SIGNER.portal_link(PORTAL, USER_ID)
HMAC = OpenSSL::HMAC.new(SECRET, "SHA256")
CUSTOMER_CLAIMS = { email: EMAIL, user_id: USER_ID, name: "Ada Lovelace", attributes: { plan: "pro", seats: 5 } }.freeze
TOKEN = SIGNER.identity_token(DESK, **CUSTOMER_CLAIMS, expires_in: 86_400)

ROUNDS = 100
SECONDS_A_ROUND = 0.005
STARTS = 30

# What a row measures: what a user would write, our statement, how many times faster that must be, and with what
# the user would write it.
Promise = Struct.new(:name, :rival, :ours, :times, :way)

# What a user would write.
module ByHand
  def self.sign(message)
    OpenSSL::HMAC.hexdigest("sha256", SECRET, message)
  end

  # What an action hands to its view; it reads the secret as the vendor's snippet does.
  def self.values(email)
    email = email.strip.downcase
    [DESK, email, OpenSSL::HMAC.hexdigest("sha256", ENV["HELPDESKY_HMAC_SECRET"], email)]
  end

  def self.ticket_center
    email = EMAIL.strip.downcase
    %(<div id="hdh-ticket-center"></div>\n<script src="#{SCRIPT}" data-helpdesk-id="#{CGI.escapeHTML(DESK)}" ) +
      %(data-email="#{CGI.escapeHTML(email)}" data-signature="#{sign(email)}"></script>)
  end

  def self.portal_link
    timestamp = Time.now.to_i
    signature = sign("#{HOST}:#{USER_ID}:#{timestamp}")
    query = { user_id: USER_ID, user_id_timestamp: timestamp, user_id_signature: signature }
    "#{PORTAL}/submit-ticket?#{URI.encode_www_form(query)}"
  end

  def self.verify_link
    query = URI.decode_www_form(URI(LINK).query).to_h
    user_id, timestamp, signature = query.values_at("user_id", "user_id_timestamp", "user_id_signature")
    expected = sign("#{HOST}:#{user_id}:#{timestamp}")
    return unless OpenSSL.fixed_length_secure_compare(expected, signature)

    user_id if (Time.now.to_i - timestamp.to_i).abs <= 300
  end
end

# What a user would write with ruby-jwt.
module Library
  OPTIONS = { algorithm: "HS256", aud: DESK, verify_aud: true }.freeze

  def self.sign
    now = Time.now.to_i
    claims = {
      aud: DESK, sub: USER_ID, email: EMAIL, name: "Ada Lovelace", attributes: { plan: "pro", seats: 5 },
      iat: now, exp: now + 600, jti: SecureRandom.urlsafe_base64(16)
    }
    JWT.encode(claims, SECRET, "HS256", { typ: "JWT" })
  end

  def self.verify
    JWT.decode(TOKEN, SECRET, true, OPTIONS)
  end
end

SIGN = "ByHand.sign(EMAIL.strip.downcase)"
REUSED = "HMAC.reset; HMAC.update(EMAIL.strip.downcase); HMAC.hexdigest"

# Measured before Rails is loaded, which changes what strings can do.
PLAIN = [
  Promise.new("ticket_center", "ByHand.ticket_center", "SIGNER.ticket_center(EMAIL, DESK).html", 3),
  Promise.new("sign_email", SIGN, "SIGNER.sign_email(EMAIL)", 15),
  Promise.new("  HMAC reused", REUSED, "SIGNER.sign_email(EMAIL)", 5),
  Promise.new("portal_link", "ByHand.portal_link", "SIGNER.portal_link(PORTAL, USER_ID)", 3),
  Promise.new(
    "verify_email", "OpenSSL.fixed_length_secure_compare(#{SIGN}, SIGNATURE)",
    "VERIFIER.verify_email(EMAIL, SIGNATURE)", 10
  ),
  Promise.new(
    "  HMAC reused", "OpenSSL.fixed_length_secure_compare((#{REUSED}), SIGNATURE)",
    "VERIFIER.verify_email(EMAIL, SIGNATURE)", 4
  ),
  Promise.new("verify_link", "ByHand.verify_link", "VERIFIER.verify_link(HOST, LINK)", 5),
  Promise.new("identity_token", "Library.sign", "SIGNER.identity_token(DESK, **CUSTOMER_CLAIMS)", 5, "ruby-jwt"),
  Promise.new("verify token", "Library.verify", "VERIFIER.verify_identity_token(DESK, TOKEN)", 5, "ruby-jwt"),
].freeze

# A whole page each: the action's values shown by a template, and the helper in a template.
RAILS = Promise.new("Rails' helper", "view('by_hand', *ByHand.values(CUSTOMER.email))", "view('ours')", 1)

TEMPLATES = {
  "by_hand" => <<~ERB,
    <div id="hdh-ticket-center"></div>
    <script src="#{SCRIPT}" data-helpdesk-id="<%= id %>" data-email="<%= email %>" data-signature="<%= signature %>"></script>
  ERB
  "ours" => "<%= ticket_center_tag CUSTOMER %>\n",
}.freeze

# Starts an application of Rails whose templates are in the folder.
def start_rails(folder)
  require "action_controller/railtie"
  require "deskseal/railtie"
  require "logger"
  require "rack/mock"
  TEMPLATES.each { |name, source| File.write(File.join(folder, "#{name}.html.erb"), source) }
  ENV["HELPDESKY_HMAC_SECRET"] = SECRET
  application = Class.new(Rails::Application) do
    config.root = folder
    config.cache_classes = true
    config.eager_load = false
    config.logger = Logger.new(nil)
    config.secret_key_base = SECRET
    config.deskseal.ticket_center.helpdesk_id = DESK
  end
  application.initialize!
  request = ActionDispatch::Request.new(Rack::MockRequest.env_for("/"))
  controller = Class.new(ActionController::Base) { prepend_view_path folder }.new
  controller.set_request!(request)
  Object.const_set(:VIEW, controller.view_context)
  Object.const_set(:CUSTOMER, Struct.new(:id, :email).new(42, EMAIL))
end

# Returns the page of a template.
def view(name, id = nil, email = nil, signature = nil)
  VIEW.render(template: name, locals: { id: id, email: email, signature: signature })
end

# Returns how long the block has the processor, in seconds.
def seconds
  start = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)
  yield
  Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) - start
end

# Returns the same without the garbage that others have left.
def seconds_after_collection(&block)
  GC.start
  seconds(&block)
end

# Returns the same for the processes that the block runs.
def seconds_of_children
  start = Process.times
  yield
  finish = Process.times
  (finish.cutime + finish.cstime) - (start.cutime + start.cstime)
end

def median(numbers)
  numbers.sort[numbers.length / 2]
end

# Returns a block that makes many calls of the statement, without a block's own cost for each.
def calls(statement, count)
  eval("lambda { index = 0; while index < #{count}; #{statement}; index += 1; end }")
end

# Returns how many calls of the statement take a round.
def calls_a_round(statement)
  [SECONDS_A_ROUND / (seconds(&calls(statement, 100)) / 100), 1].max.to_i
end

# Returns the median time of a call of each, measured in turns.
def nanoseconds(*statements)
  counts = statements.map { |statement| calls_a_round(statement) }
  loops = statements.zip(counts).map { |statement, count| calls(statement, count) }
  rounds = Array.new(ROUNDS) do
    loops.zip(counts).map { |many, count| seconds_after_collection(&many) / count }
  end
  rounds.transpose.map { |times| median(times) * 1e9 }
end

# Returns how much longer Ruby takes to start with the gem than without, in turns.
def start_milliseconds
  options = $LOAD_PATH.grep(/deskseal/).flat_map { |folder| ["-I", folder] }
  start = ->(script) { seconds_of_children { system(RbConfig.ruby, *options, "-e", script, exception: true) } }
  rounds = Array.new(STARTS) { [start.call("nil"), start.call('require "deskseal"')] }
  bare, ours = rounds.transpose.map { |times| median(times) }
  (ours - bare) * 1e3
end

def report(name, measured, promised, is_kept)
  puts format("%-16s %-52s %-16s %s", name, measured, promised, is_kept ? "kept" : "BROKEN")
end

def compare(promise)
  rival, ours = nanoseconds(promise.rival, promise.ours)
  times = rival / ours
  way = promise.way || "by hand"
  measured = format("%.0f ns, %s %.0f ns: %.1f times as fast", ours, way, rival, times)
  report(promise.name, measured, "#{promise.times} times", times >= promise.times)
end

PLAIN.each { |promise| compare(promise) }
Dir.mktmpdir do |folder|
  start_rails(folder)
  compare(RAILS)
end
milliseconds = start_milliseconds
report("require", format("%.1f ms", milliseconds), "at most 15 ms", milliseconds <= 15)
library = $LOADED_FEATURES.grep(%r{/deskseal\.(?:so|bundle)\z}).first
megabytes = File.size(library) / 1e6
report("library", format("%.2f MB", megabytes), "at most 1.5 MB", megabytes <= 1.5)
