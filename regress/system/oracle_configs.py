# SPDX-License-Identifier: ISC
"""Configurations for the comparison with another sshd: by hand, and random
ones that are the same for each seed."""

import random

# Each a configuration of its own. What they are about stands before them.
BY_HAND = [
    # nothing, comments, blank lines, line ends
    "", "# nothing\n\n  \t\n", "Port 2222", "Port 2222\r\nMaxAuthTries 3\r\n",
    "\tMaxAuthTries 3  \nMaxSessions 4\t# why\n", "MaxAuthTries 3#4\n",
    # ways to write a line
    "PORT=2222\n", "port = 2222\n", '"Port" 2222\n', 'Port "2222"\n',
    "Port ==2222\n", "MaxAuthTries '5'\n", "maxauthtries=\t5\n",
    # quotes
    'Banner "/etc/with space"\n', "Banner '/etc/with space'\n",
    'Banner "/etc/a\\"b"\n', "Banner /etc/a\\ b\n", 'Banner "/etc/open\n',
    "Banner 'x\"y'\n", 'AllowUsers "a b" c\n', "Banner /etc/x y\n",
    # raw text
    "ForceCommand echo 'a  b' # c\n", 'ForceCommand "echo a" b\n',
    "VersionAddendum one two # three\n", "ForceCommand none\n",
    "VersionAddendum none\n", "ForceCommand it's\n",
    "ForceCommand # c\n", "VersionAddendum # c\n",
    "ForceCommand internal-sftp # for all\n", "ForceCommand #\n",
    "Subsystem sftp internal-sftp x\n",
    "AuthorizedKeysCommand /bin/keys %u %h\nAuthorizedKeysCommandUser root\n",
    # missing and extra words
    "Port\n", "MaxAuthTries 3 4\n", "AllowUsers\n", "ForceCommand\n",
    "Banner \"\"\n", "Ciphers\n", "Subsystem sftp\n", "Match\n",
    '"Port"=2222\n', "AllowUsers # nobody yet\n", "AcceptEnv #\n",
    "SetEnv # none\n", "AuthorizedKeysFile # default\n", "Port # c\n",
    "DenyGroups # none\n", "PubkeyAuthOptions #\n", "Banner # c\n",
    "AuthenticationMethods # c\n", "PermitOpen # c\n",
    # keywords
    "NoSuchKeyword yes\n", "PermitRootLogn yes\n", "UseLogin yes\n",
    "Protocol 2,1\n", "ChallengeResponseAuthentication no\n", "KeepAlive no\n",
    "RSAAuthentication no\nMatch user x\nRSAAuthentication yes\n",
    "Match user x\nUseLogin yes\n", "SKeyAuthentication no\n",
    # first wins, last wins, all count
    "MaxAuthTries 3\nMaxAuthTries 4\n", "Port 1000\nPort 1001\nPort 1000\n",
    "StreamLocalBindMask 0111\nStreamLocalBindMask 0177\n",
    "FingerprintHash md5\nFingerprintHash sha256\n",
    "AcceptEnv A B\nAcceptEnv C\n", "AllowUsers a\nAllowUsers b c\n",
    "SetEnv A=1\nSetEnv B=2\n", 'SetEnv A="1 2" B=3\n', "SetEnv A\n",
    "Subsystem a /x y\nSubsystem b /z\n", "Subsystem sftp internal-sftp\n",
    'Subsystem b /x "y z"\n', "Subsystem a /x\nSubsystem a /y\n", "RekeyLimit 1G 1h\n",
    "RekeyLimit 1G\n", "RekeyLimit default none\n", "RekeyLimit 1\n",
    "AuthorizedKeysFile a b c\n", "AuthorizedKeysFile none\n",
    "AuthorizedKeysFile a none\n", "AuthorizedKeysFile ~/x ~root/y z\n",
    "AuthorizedPrincipalsFile ~root/x\n",
    # numbers, times, masks
    "LoginGraceTime 1h30m\n", "LoginGraceTime 1w2d3h4m5s\n",
    "LoginGraceTime 1x\n", "LoginGraceTime -1\n", "MaxAuthTries -1\n",
    "MaxAuthTries 0x10\n", "MaxAuthTries 99999999999\n",
    "StreamLocalBindMask 0888\n", "StreamLocalBindMask 1000\n",
    "ClientAliveInterval 90\nClientAliveCountMax 0\n", "MaxStartups 5\n",
    "MaxStartups 5:30:50\n", "MaxStartups 5:30:4\n", "MaxStartups 5:0:9\n",
    "MaxStartups a\n", "MaxStartups 1:2\n", "MaxStartups 0\n",
    "PerSourceMaxStartups 4\n", "PerSourceMaxStartups none\n",
    "PerSourceNetBlockSize 24\n", "PerSourceNetBlockSize 24:64\n",
    "PerSourceNetBlockSize 33\n", "PerSourceNetBlockSize 24:129\n",
    "Port 0\n", "Port 65536\n", "Port ssh\n", "X11DisplayOffset 1000\n",
    # choices
    "PermitRootLogin forced-commands-only\n", "PermitRootLogin maybe\n",
    "PermitRootLogin YES\n", "StrictModes true\n", "Compression delayed\n",
    "AllowTcpForwarding all\n", "AllowTcpForwarding local\n",
    "GatewayPorts clientspecified\n", "LogLevel verbose\n",
    "LogLevel DEBUG2\n", "LogLevel LOUD\n", "SyslogFacility local3\n",
    "SyslogFacility NONE\n", "AddressFamily inet\n", "AddressFamily ipx\n",
    "IgnoreRhosts shosts-only\n", "PermitTunnel ethernet\n",
    "PermitUserEnvironment LANG,LC_*\n", "PermitUserEnvironment yes\n",
    "PubkeyAuthOptions touch-required verify-required\n",
    "PubkeyAuthOptions none\n", "PubkeyAuthOptions loud\n",
    "PubkeyAuthOptions none touch-required\n",
    "IPQoS af21 cs1\n", "IPQoS 0x20\n", "IPQoS 0x11 7\n",
    "IPQoS le ef\n", "IPQoS none\n", "Match all\nIPQoS cs1 cs6\n", "IPQoS ef\n", "IPQoS nonsense\n",
    # addresses
    "ListenAddress 127.0.0.1\n", "ListenAddress 127.0.0.1:2022\n",
    "ListenAddress ::1\n", "ListenAddress [::1]:2022\n",
    "ListenAddress [::1]\nPort 1\nPort 2\n", "ListenAddress ::\n",
    "Port 1\nListenAddress 127.0.0.1\nPort 2\n",
    "AddressFamily inet\nListenAddress 127.0.0.1\n",
    "Port 1\nPort 2\nListenAddress localhost\nListenAddress localhost:3\n",
    "ListenAddress 127.0.0.1:0\n", "ListenAddress 127.0.0.1:x\n",
    "ListenAddress 300.1.2.3.4.5\n", "ListenAddress 127.0.0.1/8\n", "ListenAddress 127.0.0.1 rdomain\n",
    # algorithms
    "Ciphers aes128-ctr,aes256-ctr\n", "Ciphers +aes128-cbc\n",
    "Ciphers -aes*\n", "Ciphers ^aes256-ctr\n", "Ciphers rot13\n",
    "Ciphers aes*\n", "MACs hmac-sha2-256\n", "MACs -hmac-sha1*\n",
    "KexAlgorithms curve25519-sha256\n", "KexAlgorithms -ecdh*\n",
    "PubkeyAcceptedAlgorithms ssh-ed25519\n",
    "PubkeyAcceptedKeyTypes +ssh-rsa\n", "HostKeyAlgorithms rsa-sha2*\n",
    "HostbasedAcceptedKeyTypes ssh-ed25519,rsa-sha2-512\n",
    "CASignatureAlgorithms ssh-ed25519\n", "Ciphers aes128-ctr,\n",
    "Ciphers ,aes128-ctr,,aes256-ctr\n", "Ciphers ,\n",
    "HostKeyAlgorithms ssh-ed25519,,rsa-sha2-512\n",
    "Ciphers !aes128-ctr\n", "MACs hmac-none\n",
    # users, groups, methods
    "AllowUsers alice bob@192.0.2.0/24 *@example.org\n",
    "DenyUsers root@\n", "AllowUsers @host\n",
    "AllowUsers a@192.0.2.1/24\n", "AllowUsers *@host,\n",
    "Match address 10.0.0.0/8,\nMaxAuthTries 2\n", "DenyGroups a b*\n",
    "AuthenticationMethods publickey,password publickey\n",
    "AuthenticationMethods any\n", "AuthenticationMethods telepathy\n",
    "AuthenticationMethods any publickey\n",
    "AuthenticationMethods publickey,publickey\n",
    "AuthorizedKeysCommand /bin/keys\n", "AuthorizedKeysCommand keys\n",
    # forwarding
    "PermitOpen 127.0.0.1:80 [::1]:443\n", "PermitOpen none\n",
    "PermitOpen any\n", "PermitOpen *:80\n", "PermitOpen host\n",
    "PermitOpen :80 []:80\n", "PermitOpen :\n", "PermitListen :80\n",
    "ListenAddress :80\n", "ListenAddress []:80\n",
    "PermitOpen host:*\n", "PermitListen 8080\n", "PermitListen none\n",
    "PermitListen 127.0.0.1:8080\n", "PermitListen host:x\n",
    # Match
    "Match user alice\nMaxAuthTries 2\nMatch user bob\nMaxAuthTries 3\n",
    "MaxAuthTries 5\nMatch user alice\nMaxAuthTries 2\n"
    "Match user al*\nMaxAuthTries 3\nMaxSessions 1\n",
    "Match user alice,bob\nMaxAuthTries 2\n",
    "Match user *,!alice\nMaxAuthTries 2\n", "Match user !alice\nBanner /x\n",
    "Match group alice\nMaxAuthTries 2\n", "Match group root,wheel\nX y\n",
    "Match address 192.0.2.0/24\nMaxAuthTries 2\n",
    "Match address 192.0.2.0/24,!192.0.2.7\nMaxAuthTries 2\n",
    "Match address 192.0.2.1/24\nMaxAuthTries 2\n",
    "Match address 192.0.2.0/33\nMaxAuthTries 2\n",
    "Match address 192.0.*\nMaxAuthTries 2\n",
    "Match address 2001:db8::/32\nMaxAuthTries 2\n",
    "Match localaddress 127.0.0.1\nMaxAuthTries 2\n",
    "Match localport 22\nMaxAuthTries 2\n", "Match localport x\nBanner /x\n",
    "Match localport 22,23\nMaxAuthTries 2\n",
    "Match host *.example.org\nMaxAuthTries 2\n",
    "Match host CLIENT.example.org\nMaxAuthTries 2\n",
    "Match rdomain blue\nMaxAuthTries 2\n",
    "Match all\nMaxAuthTries 2\n", "Match all\nPort 22\n",
    "Match all user alice\nMaxAuthTries 2\n", "Match none\nMaxAuthTries 2\n",
    "Match user alice address 192.0.2.7\nMaxAuthTries 2\n",
    "Match user alice address 10.0.0.0/8\nMaxAuthTries 2\n",
    "match USER alice\nmaxauthtries 2\n", "Match user\nMaxAuthTries 2\n",
    "Match user alice\nPort 22\n", "Match user alice\nNoSuch x\n",
    "Match user alice\nAcceptEnv A\nMatch user al*\nAcceptEnv B\n",
    "AcceptEnv X\nMatch user alice\nAcceptEnv A\n",
    "Match user alice\nAllowUsers a\nPermitOpen none\n",
    "Match user alice\nForceCommand echo hi\nChrootDirectory /x\n",
    "Match user alice # the admin\nMaxAuthTries 2\n",
    "Match user alice\nMatch all\nMaxAuthTries 2\n",
    "Match user alice\nAuthorizedKeysFile none\n",
    "Match user alice\nPubkeyAcceptedAlgorithms +ssh-rsa\n",
    "Match user alice\nLogLevel DEBUG1\nBanner none\n",
    # Include; {dir} is the folder of the file
    "Include {dir}/one\n", "Include {dir}/none-there\nMaxAuthTries 2\n",
    "MaxAuthTries 2\nInclude {dir}/one\n",
    "Include {dir}/*.conf\n", "Include {dir}/one {dir}/two\n",
    "Match user alice\nInclude {dir}/one\n",
    "Include {dir}/match\nMaxSessions 9\n", "Include\n",
    "Include {dir}/loop\n", "Include {dir}/bad\n",
    "Include {dir}\n", "Include {dir}/*.d {dir}/one\n",
]

INCLUDED = {
    "one": "MaxAuthTries 7\nAcceptEnv ONE\n",
    "two": "MaxAuthTries 8\nMaxSessions 8\n",
    "a.conf": "MaxAuthTries 11\n",
    "b.conf": "MaxAuthTries 12\nMaxSessions 12\n",
    "match": "Match user alice\nMaxAuthTries 13\n",
    "loop": "Include {dir}/loop\n",
    "bad": "MaxAuthTries x\n",
    "folder.d/inner": "MaxAuthTries 14\n",
}

# What -C says: nothing, somebody from nearby, somebody from far, half of it.
SPECS = [
    [],
    ["-C", "user=alice,host=client.example.org,addr=192.0.2.7,"
     "laddr=127.0.0.1,lport=22"],
    ["-C", "user=bob,host=far.example.net,addr=2001:db8::9",
     "-C", "laddr=::1,lport=2222,rdomain=blue"],
    ["-C", "user=root,addr=10.1.2.3,lport=22,"],
]

YES_NO = ["yes", "no", "YES", "No"]
NUMBERS = ["0", "1", "7", "100"]
TIMES = ["0", "30", "2m", "1h30m", "1d"]
PATHS = ["/etc/x", "none", '"/etc/x y"', "/etc/%%x"]
KEYS = ["ssh-ed25519", "ssh-ed25519,rsa-sha2-512", "rsa-sha2-*", "-ecdsa*",
        "^rsa-sha2-256", "+ssh-ed25519"]

# Keyword, good values, bad ones; those that may stand in Match, and not.
IN_MATCH = [
    ("AcceptEnv", ["LANG", "LC_* LANG", "A?"], ["A=B"]),
    ("AllowAgentForwarding", YES_NO, ["2"]),
    ("AllowGroups", ["alice", "a* b*"], []),
    ("AllowStreamLocalForwarding", ["yes", "no", "local", "remote"], ["x"]),
    ("AllowTcpForwarding", ["yes", "no", "local", "remote", "all"], ["x"]),
    ("AllowUsers", ["alice", "bob@10.0.0.0/8 eve", "*@host"], ["a@1.2.3.4/8"]),
    ("AuthenticationMethods", ["publickey", "publickey,password"],
     ["x", "any publickey"]),
    ("AuthorizedKeysFile", ["none", ".ssh/keys", "/k/%u .k"], ["a none"]),
    ("AuthorizedPrincipalsFile", ["none", ".ssh/p", "/p/%u"], []),
    ("Banner", PATHS, []),
    ("ChrootDirectory", ["none", "/home/%u", "/"], []),
    ("ClientAliveCountMax", NUMBERS, ["x"]),
    ("ClientAliveInterval", TIMES, ["1y"]),
    ("DenyGroups", ["alice", "a* b*"], []),
    ("DenyUsers", ["eve", "eve@10.* mallory"], []),
    ("DisableForwarding", YES_NO, ["x"]),
    ("ExposeAuthInfo", YES_NO, ["x"]),
    ("ForceCommand", ["none", "echo 'a b'", "/bin/x # y", "internal-sftp"],
     ["'x"]),
    ("GatewayPorts", ["yes", "no", "clientspecified"], ["x"]),
    ("HostbasedAcceptedAlgorithms", KEYS, ["rot13"]),
    ("HostbasedAuthentication", YES_NO, ["x"]),
    ("IgnoreRhosts", ["yes", "no", "shosts-only"], ["x"]),
    ("KbdInteractiveAuthentication", YES_NO, ["x"]),
    ("LogLevel", ["QUIET", "info", "VERBOSE", "DEBUG", "DEBUG3"], ["x"]),
    ("MaxAuthTries", NUMBERS, ["x", "-2"]),
    ("MaxSessions", NUMBERS, ["x"]),
    ("PasswordAuthentication", YES_NO, ["x"]),
    ("PermitEmptyPasswords", YES_NO, ["x"]),
    ("PermitListen", ["any", "none", "8080", "localhost:1 *:2"], ["x:y"]),
    ("PermitOpen", ["any", "none", "a:1 b:2", "[::1]:3"], ["x", "a:b"]),
    ("PermitRootLogin", ["yes", "no", "prohibit-password",
                         "forced-commands-only", "without-password"], ["x"]),
    ("PermitTTY", YES_NO, ["x"]),
    ("PermitTunnel", ["yes", "no", "ethernet", "point-to-point"], ["YES"]),
    ("PermitUserRC", YES_NO, ["x"]),
    ("PubkeyAcceptedAlgorithms", KEYS, ["rot13"]),
    ("PubkeyAuthentication", YES_NO, ["x"]),
    ("PubkeyAuthOptions", ["none", "touch-required", "verify-required"],
     ["x"]),
    ("RekeyLimit", ["1G", "500M 1h", "default none", "default 30m"],
     ["1", "x"]),
    ("RequiredRSASize", ["2048", "4096"], ["x"]),
    ("SetEnv", ["A=1", 'A="x y" B=2', "C="], ["A"]),
    ("StreamLocalBindMask", ["0177", "022", "0"], ["9", "x"]),
    ("StreamLocalBindUnlink", YES_NO, ["x"]),
    ("TrustedUserCAKeys", PATHS, []),
    ("X11DisplayOffset", NUMBERS, ["x"]),
    ("X11Forwarding", YES_NO, ["x"]),
    ("X11UseLocalhost", YES_NO, ["x"]),
]
GLOBAL_ONLY = [
    ("AddressFamily", ["any", "inet", "inet6"], ["x"]),
    ("Ciphers", ["aes128-ctr", "+aes128-cbc", "-aes*",
                 "aes256-gcm@openssh.com,aes128-ctr"], ["x"]),
    ("Compression", ["yes", "no", "delayed"], ["x"]),
    ("FingerprintHash", ["md5", "SHA256"], ["crc"]),
    ("HostKeyAlgorithms", KEYS, ["x"]),
    ("IgnoreUserKnownHosts", YES_NO, ["x"]),
    ("KexAlgorithms", ["curve25519-sha256", "-ecdh-*",
                       "^ecdh-sha2-nistp256"], ["x"]),
    ("ListenAddress", ["127.0.0.1", "[::1]:77", "127.0.0.1:2022", "::"],
     ["1:2:x"]),
    ("LoginGraceTime", TIMES, ["x"]),
    ("MACs", ["hmac-sha2-256", "-umac*", "^hmac-sha2-512"], ["x"]),
    ("MaxStartups", ["10", "3:50:9", "10:100:10"], ["0", "9:1:2"]),
    ("PermitUserEnvironment", ["yes", "no", "A,B*"], []),
    ("PidFile", PATHS, []),
    ("Port", ["22", "2022", "http"], ["0", "x"]),
    ("PrintLastLog", YES_NO, ["x"]),
    ("PrintMotd", YES_NO, ["x"]),
    ("StrictModes", YES_NO, ["x"]),
    ("SyslogFacility", ["AUTH", "local1", "DAEMON"], ["x"]),
    ("TCPKeepAlive", YES_NO, ["x"]),
    ("VersionAddendum", ["none", "one two", "x # y"], []),
    ("X11Forwarding", YES_NO, ["x"]),
]
CRITERIA = [
    ("user", ["alice", "al*,!bob", "root,alice", "bob", "!alice", "*"]),
    ("group", ["alice", "root", "al*", "nogroup,bob"]),
    ("host", ["*.example.org", "client.EXAMPLE.org", "far*"]),
    ("address", ["192.0.2.0/24", "10.0.0.0/8,!10.1.2.3", "2001:db8::/32",
                 "192.0.2.?", "*"]),
    ("localaddress", ["127.0.0.1", "::1", "127.0.0.0/8"]),
    ("localport", ["22", "2222"]),
    ("rdomain", ["blue", "*"]),
]


def _line(rng, table, bad_share):
    keyword, good, bad = rng.choice(table)
    value = rng.choice(bad if bad and rng.random() < bad_share else good)
    between = rng.choice([" "] * 8 + ["=", " = ", "\t", "  "])
    if rng.random() < 0.2:
        keyword = rng.choice([keyword.lower(), keyword.upper()])
    elif rng.random() < 0.1 and "=" not in between:
        keyword = f'"{keyword}"'
    return rng.choice(["", "", "\t", "  "]) + keyword + between + value


def _match(rng):
    if rng.random() < 0.1:
        return "Match all"
    count = rng.choice([1, 1, 1, 2, 3])
    words = [f"{name} {rng.choice(values)}"
             for name, values in rng.sample(CRITERIA, count)]
    return "Match " + " ".join(words)


def generated(seed):
    """One random configuration; one of six has an error in it."""
    rng = random.Random(seed)
    bad_share = 0.3 if rng.random() < 1 / 6 else 0
    lines = [_line(rng, IN_MATCH + GLOBAL_ONLY, bad_share)
             for _ in range(rng.randrange(1, 12))]
    if rng.random() < 0.2:
        lines.insert(rng.randrange(len(lines) + 1),
                     "Include {dir}/" + rng.choice(["one", "*.conf", "two"]))
    for _ in range(rng.choice([0, 1, 2, 3])):
        lines.append(_match(rng))
        lines += [_line(rng, IN_MATCH, bad_share)
                  for _ in range(rng.randrange(0, 6))]
    ends = "\r\n" if rng.random() < 0.05 else "\n"
    return ends.join(lines) + ends
