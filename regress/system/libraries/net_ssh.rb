# SPDX-License-Identifier: ISC
# A client on Ruby's net-ssh. usage: net_ssh.rb PORT PASSWORD KEY TARGET
require "net/ssh"
require "socket"

port, password, key, target = ARGV
TARGET = target.to_i
DATA = (0..255).to_a.pack("C*") * 4096
BASE = { port: port.to_i, verify_host_key: :never, config: false,
         timeout: 20, password: password, keys: [key],
         keys_only: true, use_agent: false, non_interactive: true }.freeze

def login(options = {}, &block)
  Net::SSH.start("127.0.0.1", "alice",
                 BASE.merge({ auth_methods: ["publickey"] }, options), &block)
end

def cat(ssh)
  output = "".b
  status = nil
  ssh.open_channel do |channel|
    channel.exec("cat; exit 7") do |c, _|
      c.on_data { |_, data| output << data }
      c.on_request("exit-status") { |_, data| status = data.read_long }
      c.send_data(DATA)
      c.eof!
    end
  end
  ssh.loop
  raise "not what was sent" unless output == DATA && status == 7
end

def ask(ssh, port)
  thread = Thread.new do
    socket = TCPSocket.new("127.0.0.1", port)
    socket.puts("hello")
    socket.gets
  end
  ssh.loop(0.05) { thread.alive? }
  raise "forward" unless thread.value == "HELLO\n"
end

[["key", "publickey"], ["password", "password"],
 ["dialogue", "keyboard-interactive"]].each do |name, method|
  login(auth_methods: [method]) do |ssh|
    raise name unless ssh.exec!("echo hello") == "hello\n"
  end
  puts "ok #{name}"
end
login(rekey_limit: 300_000) { |ssh| cat(ssh) }
puts "ok rekeys"
login do |ssh|
  ask(ssh, ssh.forward.local(0, "127.0.0.1", TARGET))
end
puts "ok forward"
login do |ssh|
  bound = nil
  ssh.forward.remote(TARGET, "127.0.0.1", 0, "127.0.0.1") do |remote|
    bound = remote
    :no_exception
  end
  ssh.loop(0.05) { bound.nil? }
  ask(ssh, bound)
end
puts "ok remote forward"
login(compression: true) { |ssh| cat(ssh) }
puts "ok compression"
