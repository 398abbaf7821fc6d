# SPDX-License-Identifier: ISC
"""Wild configurations: every keyword with values from the edges, written in
every way that the grammar allows and in some that it does not, over several
files. The same for each seed."""

import random

from oracle_configs import CRITERIA, GLOBAL_ONLY, IN_MATCH

# Any keyword may get one of these.
ANYWHERE = ["", '""', "none", "NONE", "yes", "YES", "no", "0", "-1", "+1",
            "2147483647", "2147483648", "4294967296", "any", "a b", "a,b",
            "*", "!a", "/", "~", "#x", "a#b", "=", "=a", "%", "%%", "%h",
            "\\", "a\\ b", "\\n", "''", "'a b'", '"a\tb"', "a=b", "a:b", ","]
INTEGERS = ["00", "007", "08", "0x10", "1k", "1 ", "'1'", "1.0", "2147483647",
            "2147483648", "-0", "1e3", " 1", "٣"]
TIMES = ["00", "1S", "1M", "1H", "1D", "1W", "1s1m", "1m1m", "1m 1s", "1w1",
         "3550w", "3551w", "2147483647", "2147483648", "1.", ".5", "m", "1ms",
         "-1s", "+1s", "1h-1m", "68y", "596523h", "596524h", "0s", "none"]
CHOICES = ["all", "ALL", "ye", "yess", "true", "local,remote", "Local",
           "'yes'", '"no"', "y\"e\"s", "yes,no"]
PATHS = ["relative", "./x", "../x", "~/x", "~root/x", "~nobody-there/x",
         "/a//b/", "/a/./b", "/a/../b", "none/", "/x%h%u%%", "/x%z",
         "/x%", "'/a b'", "/a\\ b", "/*", "none none", "/a /b"]
LISTS = ["a,b c", "a a", "'a b'", "a\\ b", "!a b", "* *", "a#b c # d",
         "A", "a=b", "%u"]
USERS = ["a@b@c", "a@", "@b", "a@10.0.0.0/8,!10.1.0.0/16", "a@10.0.0.1/8",
         "a@::/0", "a@::1/64", "a@b,c", "a@!b", "!a", "*@*", "a@10.0.0.0/",
         "a@10.0.0.0/33", "a@/8", "a@host/8", "@", "a,b", "a@[::1]"]
RAW = ["a", "a b  c", "a\tb", "'a' \"b\"", "a # b", "#a", "a\\", "a\\\"b",
       "\"a b\"", "a \"b", "a 'b' c'", "=a", "= a", "none x", "NONE", "/x",
       "/x 'y z' %u", "/x #y", "internal-sftp -l INFO", "/x%h/y"]
ALGORITHMS = ["+", "-", "^", ",", "a,", "+,", "-x", "+x", "^x", "*", "-*x",
              "!ssh-ed25519", "-!x", "++x", "ssh-*", "rsa-sha2-51?",
              "RSA-SHA2-512", "-rsa-sha2-256,ssh-ed25519", "+ssh-rsa",
              "^ssh-ed25519,ssh-ed25519", "ssh-ed25519,ssh-ed25519",
              "ssh-ed25519 rsa-sha2-512", "ssh-ed25519, rsa-sha2-512",
              ",ssh-ed25519", "ssh-ed25519,,rsa-sha2-512", "'-ssh-ed25519'",
              "rsa-sha2-512-cert-v01@openssh.com", "*-cert-*", "-*-cert-*"]
CIPHERS = ["aes128-ctr,aes128-ctr", "3des-cbc", "+3des-cbc", "-aes???-ctr",
           "-chacha*,aes*-gcm@openssh.com", "^aes256-ctr,aes128-ctr",
           "aes256-ctr,", "AES128-CTR", "'aes128-ctr'", "none", "+none",
           "aes128-ctr aes256-ctr", ",aes128-ctr", "aes*", "!aes128-ctr",
           "+aes128-ctr", "-nothing-of-this", "+", "-", "^"]
NUMBERS_AND_COLONS = ["1:2:3", "10:100:10", "10:101:20", "10:0:20", "1:1",
                      "0:30:10", "1:30:2147483647", "1:30:2147483648", "5:",
                      ":5", "5:5:", "5:5:5:5", "05:030:0100", "5 6", "a:b:c",
                      "10", "-5", "32:128", "0:0", "33", "32:129", "16:",
                      "+8", "none", "0"]
HOSTS = ["a:1", "a:0", "a:65535", "a:65536", "a:*", "*:*", "*:1", "a", ":1",
         "[::1]:1", "[::1]", "::1", "::1:1", "[::1:1", "a:b", "a:ssh", "a/1",
         "a:1 b:2", "a:1 a:1", "any a:1", "none none", "ANY", "None", "1",
         "0", "65536", "*", "a:1,b:2", "[*]:1", "[a]:1", "a:01", "a:-1"]
LISTENS = ["127.0.0.1", "127.0.0.1:0", "127.0.0.1:65535", "127.0.0.1:65536",
           "0.0.0.0", "::", "[::]", "[::]:1", "[::]:", "::1:22", "localhost",
           "localhost:2", "[127.0.0.1]:3", "127.0.0.1 rdomain x",
           "127.0.0.1 x", "127.0.0.1:ssh", "127.1", "1", ":1", "[]:1",
           "[::1", "*", "*:1", "127.0.0.1 rdomain", "127.0.0.1/8"]
PORTS = ["1", "65535", "65536", "0", "ssh", "SSH", "http-alt", "022", "1 2",
         "-1", "22/tcp", "2222", "2222"]
QOS = ["af11", "AF11 cs1", "cs8", "0", "0x11", "17", "17 32", "255", "256",
       "ef ef", "none", "none none",
       "none ef", "0x100", "11", "ef le af11", "-1", "va", "0xB8", "64 12"]
REKEY = ["1", "15", "16", "16k", "1K", "1M", "1G", "1g 1h", "4G", "1T",
         "default", "default 1h", "DEFAULT NONE", "none", "default none",
         "1G none", "1G 0", "1G 1x", "0", "0 1h", "-1", "1.5G", "1GB",
         "8E", "7E", "9223372036854775807", "9223372036854775808", "1P",
         "1G 1h 1", "16 2147483648", "4294967295", "4294967296"]
MASKS = ["0", "00", "0177", "177", "0777", "777", "01000", "1000", "8", "0o7",
         "-1", "0x7", "022", "22", "000000177", "7777"]
METHODS = ["any", "ANY", "any any", "none", "publickey,any", "publickey,",
           ",publickey", "publickey,,password", "publickey:x", "password:x",
           "keyboard-interactive:pam", "keyboard-interactive:bsdauth",
           "keyboard-interactive:", "hostbased", "hostbased publickey",
           "gssapi-with-mic", "publickey,publickey publickey", "PublicKey",
           "publickey password hostbased", "password,password",
           "publickey publickey", "'publickey password'", '""']
ENVIRONMENT = ["A=1 A=2", "A=", "=A", "A==", "A='x y'", "'A=x y' B",
               '"A"=1', "A=1#2", "A=1 # 2", "A B=1", "A=\\\"x\\\"", "1=2"]
SUBSYSTEMS = ["sftp internal-sftp", "sftp internal-sftp -f AUTH",
              "sftp /x 'a b'", "sftp \"/x y\" z", "a", "a b\\ c", "'a b' c",
              "a /x # y", "a \"x\\\"y\"", "sftp /x", "b none", "A /x",
              "a ''", "a b c d e f g"]
PRINCIPALS = [".ssh/p", "~/p", "/p/%u/%h/%%", "/p/%U", "%u"]

EDGES = {
    **dict.fromkeys(("MaxAuthTries", "MaxSessions", "ClientAliveCountMax",
                     "X11DisplayOffset", "RequiredRSASize",
                     "PerSourceMaxStartups"), INTEGERS),
    **dict.fromkeys(("LoginGraceTime", "ClientAliveInterval"), TIMES),
    **dict.fromkeys(("Banner", "PidFile", "TrustedUserCAKeys", "HostKey",
                     "HostCertificate", "HostKeyAgent", "ChrootDirectory",
                     "SecurityKeyProvider", "XAuthLocation", "ModuliFile",
                     "RevokedKeys", "AuthorizedKeysFile"), PATHS),
    **dict.fromkeys(("AllowGroups", "DenyGroups", "AcceptEnv"), LISTS),
    **dict.fromkeys(("AllowUsers", "DenyUsers"), LISTS + USERS),
    **dict.fromkeys(("ForceCommand", "VersionAddendum",
                     "AuthorizedKeysCommand",
                     "AuthorizedPrincipalsCommand"), RAW),
    **dict.fromkeys(("PubkeyAcceptedAlgorithms", "HostKeyAlgorithms",
                     "HostbasedAcceptedAlgorithms", "CASignatureAlgorithms",
                     "PubkeyAcceptedKeyTypes",
                     "HostbasedAcceptedKeyTypes"), ALGORITHMS),
    "Ciphers": CIPHERS,
    "MACs": ["hmac-sha2-256,hmac-sha2-512", "-hmac-sha1*", "hmac*", "+",
             "^hmac-sha2-512", "hmac-md5", "+hmac-md5", "-*", "x"],
    "KexAlgorithms": ["curve25519-sha256", "-*nistp*", "+x", "-*", "curve*",
                      "^ecdh-sha2-nistp521", "curve25519-sha256,"],
    "MaxStartups": NUMBERS_AND_COLONS,
    "PerSourceNetBlockSize": NUMBERS_AND_COLONS,
    **dict.fromkeys(("PermitOpen", "PermitListen"), HOSTS),
    "ListenAddress": LISTENS,
    "Port": PORTS,
    "IPQoS": QOS,
    "RekeyLimit": REKEY,
    "StreamLocalBindMask": MASKS,
    "AuthenticationMethods": METHODS,
    "SetEnv": ENVIRONMENT,
    "Subsystem": SUBSYSTEMS,
    "AuthorizedPrincipalsFile": PATHS + PRINCIPALS,
    "AuthorizedKeysCommandUser": ["root", "%u", "a b", "none", "nobody"],
    "AuthorizedPrincipalsCommandUser": ["root", "none", "''"],
    "LogLevel": ["quiet", "SILENT", "DEBUG1", "debug3", "DEBUG4", "INFO2"],
    "LogVerbose": ["a", "a:b:1,c", "none", "none a", "'a b' c", "!x"],
    "SyslogFacility": ["LOCAL7", "LOCAL8", "authpriv", "KERN", "MAIL"],
    "FingerprintHash": ["sha1", "SHA512", "sha384", "md4", "Sha256"],
    "PubkeyAuthOptions": ["none none", "touch-required none",
                          "TOUCH-required", "touch-required,verify-required",
                          "verify-required touch-required"],
    "PermitUserEnvironment": ["YES", "Yes", "A,B", "!A", "A B", "LC_*,!LC_X"],
    "PermitTunnel": ["Yes", "both", "point-to-point", "ETHERNET"],
    "RDomain": ["none", "%D", "x"],
    "UsePAM": ["yes", "no"],
}
MORE_IN_MATCH = [
    ("AuthorizedKeysCommandUser", ["root"], []),
    ("AuthorizedPrincipalsCommandUser", ["nobody"], []),
    ("ChallengeResponseAuthentication", ["yes", "no"], ["x"]),
    ("SKeyAuthentication", ["yes", "no"], ["x"]),
    ("HostbasedUsesNameFromPacketOnly", ["yes", "no"], ["x"]),
    ("IPQoS", ["af21", "cs1 cs2"], ["x"]),
    ("LogVerbose", ["a:b"], []),
    ("PubkeyAcceptedKeyTypes", ["+ssh-rsa"], ["x"]),
    ("HostbasedAcceptedKeyTypes", ["-ssh-rsa"], ["x"]),
    ("RSAAuthentication", ["yes", "x"], []),
    ("RhostsRSAAuthentication", ["no"], []),
    ("AuthorizedKeysFile2", ["x y"], []),
    ("CASignatureAlgorithms", ["ssh-ed25519", "-rsa*"], ["x"]),
    ("AuthorizedKeysCommand", ["none", "/x %u", "/x"], ["x"]),
    ("AuthorizedPrincipalsCommand", ["none", "/x %u"], ["x"]),
    ("RevokedKeys", ["none", "/x"], []),
]
MORE_GLOBAL_ONLY = [
    ("DSAAuthentication", ["yes", "no"], ["x"]),
    ("HostDSAKey", ["/x"], []),
    ("HostKey", ["/x", "none"], []),
    ("HostCertificate", ["/x"], []),
    ("HostKeyAgent", ["SSH_AUTH_SOCK", "/x", "none"], []),
    ("KeepAlive", ["yes", "no"], ["x"]),
    ("ModuliFile", ["/x"], []),
    ("PerSourceMaxStartups", ["none", "1"], ["x"]),
    ("PerSourceNetBlockSize", ["24:48"], ["x"]),
    ("Protocol", ["2", "2,1", "x y"], []),
    ("SecurityKeyProvider", ["internal", "/x"], []),
    ("ServerKeyBits", ["1024"], []),
    ("KeyRegenerationInterval", ["1h"], []),
    ("UseLogin", ["no"], []),
    ("UsePAM", ["yes", "no"], ["x"]),
    ("UseDNS", ["yes", "no"], ["x"]),
    ("UsePrivilegeSeparation", ["sandbox"], []),
    ("XAuthLocation", ["/x"], []),
]
# 9.2 does not take it in a block.
ONLY_OUTSIDE = [("Subsystem", ["sftp internal-sftp", "a /x"], ["a"])]

MORE_CRITERIA = [
    ("user", ["alice,bob", "ALICE", "a?ice", "!bob,*", "*,!*", "alice,",
              ",alice", "'alice'", '"alice,bob"', "al*ce"]),
    ("group", ["*", "!alice,*", "alice,!root", "root*", "nogroup"]),
    ("host", ["*", "!far*,*", "192.0.2.7", "CLIENT.EXAMPLE.ORG", "client"]),
    ("address", ["192.0.2.7", "192.0.2.0/32", "192.0.2.1/24", "10.0.0.0/8",
                 "0.0.0.0/0", "::/0", "!192.0.2.7,192.0.2.0/24", "192.*",
                 "2001:DB8::9", "2001:db8:0::9", "::ffff:192.0.2.7",
                 "192.0.2.7/", "/8", "host/8", "192.0.2.0/024", "x",
                 "192.0.2.0/24,10.0.0.0/8", "!10.0.0.0/8"]),
    ("localaddress", ["127.0.0.0/8", "127.0.0.1/8", "!127.0.0.1", "::1/128",
                      "*", "127.0.0.?"]),
    ("localport", ["22", "0", "65536", "22,2222", "ssh", "*", "!22", "022"]),
    ("rdomain", ["blue", "!blue", "bl*,!black", ""]),
    ("all", [""]), ("ALL", [""]), ("all", ["x"]),
    ("canonical", [""]), ("final", [""]), ("exec", ["true"]),
    ("invalid", ["x"]), ("USER", ["alice"]), ("Address", ["10.0.0.0/8"]),
    ("#", [""]), ("user", [""]),
]
SPEC_ITEMS = [
    ("user", ["alice", "bob", "root", "nobody-there", ""]),
    ("host", ["client.example.org", "far.example.net", "CLIENT.example.org"]),
    ("addr", ["192.0.2.7", "2001:db8::9", "10.1.2.3", "::ffff:192.0.2.7",
              "x"]),
    ("laddr", ["127.0.0.1", "::1", "10.0.0.1"]),
    ("lport", ["22", "2222", "0", "65536", "x", "ssh"]),
    ("rdomain", ["blue", "black"]),
]
BAD_SPECS = ["x", "x=y", "user", "=alice",
             " user=alice", "USER=alice", "user=a=b"]


def every_value():
    """Each keyword with each of its values, one line each."""
    values = {}
    for keyword, good, bad in (IN_MATCH + MORE_IN_MATCH + GLOBAL_ONLY +
                               MORE_GLOBAL_ONLY + ONLY_OUTSIDE):
        values.setdefault(keyword, []).extend(good + bad)
    return [f"{keyword} {value}\n" for keyword, known in values.items()
            for value in dict.fromkeys(
                known + EDGES.get(keyword, CHOICES) + ANYWHERE)]


def _case(rng, word):
    return rng.choice([word.lower(), word.upper(), word.swapcase()])


def _quoted(rng, value):
    """The value, or some of it, in quotes that are closed or not."""
    return rng.choice([
        f'"{value}"', f"'{value}'", f'"{value}', f"'{value}", f'{value}"',
        value[:1] + f'"{value[1:]}"', f"'{value[:2]}'{value[2:]}",
        f'"{value}"x', f"\"{value}'", value.replace("a", "\\a"),
        f'\\"{value}\\"', f'"{value}" "{value}"', f"{value}\\"])


def _ended(rng, line):
    return line + rng.choice([" ", "\t", " # why", "\t#why", "#why", " #",
                              "\f", "\r", " \"", "\v", " x", "  # it's",
                              " # \"", " \\", ",", " ''"])


def _value(rng, keyword, good, bad, wild):
    pick = rng.random()
    if pick >= wild:
        return rng.choice(good)
    if pick < wild * 0.15 and bad:
        return rng.choice(bad)
    if pick < wild * 0.35:
        return rng.choice(ANYWHERE)
    return rng.choice(EDGES.get(keyword, CHOICES))


def _line(rng, table, wild):
    keyword, good, bad = rng.choice(table)
    value = _value(rng, keyword, good, bad, wild)
    if rng.random() < wild * 0.3:
        value = _quoted(rng, value)
    if rng.random() < 0.2:
        keyword = _case(rng, keyword)
    between = " "
    if rng.random() < 0.3:
        between = rng.choice(["=", " = ", "\t", "   ", " =", "= ", "==",
                              " \t=\t ", " = = ", ""])
    if rng.random() < wild * 0.1:
        keyword = rng.choice([f"'{keyword}'", keyword + ":", keyword[:-1],
                              keyword + "\\"])
    elif rng.random() < 0.05:
        keyword, between = f'"{keyword}"', rng.choice([" ", "\t", ""])
    line = keyword + between + value
    if rng.random() < wild * 0.4:
        line = _ended(rng, line)
    return rng.choice(["", "", "", " ", "\t", "\r", "\f", " \t "]) + line \
        if rng.random() < 0.1 else line


def _match(rng, wild):
    if rng.random() < 0.1:
        return rng.choice(["Match all", "match ALL", "Match all # x"])
    words = []
    for _ in range(rng.choice([1, 1, 1, 2, 2, 3])):
        name, values = rng.choice(
            MORE_CRITERIA if rng.random() < wild else CRITERIA)
        between = "=" if rng.random() < wild * 0.1 else " "
        words.append(f"{name}{between}{rng.choice(values)}")
    line = "Match " + rng.choice([" ", " ", "\t", "  "]).join(words)
    if rng.random() < wild * 0.2:
        line = _ended(rng, line)
    return line


def _include(rng, names):
    word = rng.choice(["{dir}/" + rng.choice(names), "{dir}/sub/*.conf",
                       "{dir}/none-there", "{dir}/[ab]*", "{dir}/sub",
                       "none-there/*.conf", "'{dir}/a'", "{dir}/a {dir}/b",
                       "", "{dir}/sub/?.conf {dir}/none", "~/none-there"])
    return rng.choice(["Include ", "include ", "INCLUDE\t", "Include="]) + word


def _text(rng, wild, names, depth):
    in_match = IN_MATCH + MORE_IN_MATCH
    anywhere = in_match + GLOBAL_ONLY + MORE_GLOBAL_ONLY + ONLY_OUTSIDE
    # what is included may be included in a block
    before = anywhere if depth == 0 or rng.random() < 0.2 else in_match
    lines = [_line(rng, before, wild)
             for _ in range(rng.randrange(0, 8 if depth == 0 else 4))]
    for _ in range(rng.choice([0, 0, 1, 2, 4])):
        lines.append(_match(rng, wild))
        table = anywhere if rng.random() < wild * 0.3 else in_match
        lines += [_line(rng, table, wild)
                  for _ in range(rng.randrange(0, 5))]
    for _ in range(rng.choice([0, 0, 0, 1, 1, 2]) if names else 0):
        lines.insert(rng.randrange(len(lines) + 1), _include(rng, names))
    for _ in range(rng.choice([0, 0, 0, 1, 2])):
        if lines:       # a keyword again: who wins?
            lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
    for _ in range(rng.choice([0, 0, 1])):
        lines.insert(rng.randrange(len(lines) + 1),
                     rng.choice(["", "# x", "  ", "\t#", "#\""]))
    end = rng.choice(["\n"] * 9 + ["\r\n"])
    return end.join(lines) + rng.choice([end, end, ""])


def wild_files(seed):
    """The files of one configuration, `main` is the first that is read."""
    rng = random.Random(seed)
    # tame ones show what a value means, wild ones what is refused
    wild = rng.choice([0, 0, 0.01, 0.03, 0.2])
    inner = ["a", "b", "sub/a.conf", "sub/b.conf"]
    files = {name: _text(rng, wild, [], 2) for name in inner[2:]}
    files["b"] = _text(rng, wild, inner[2:], 1)
    files["a"] = _text(rng, wild, inner[1:], 1)
    if rng.random() < wild * 0.1:
        files["a"] += "\nInclude {dir}/a\n"
    files["main"] = _text(rng, wild, inner, 0)
    return files


def wild_spec(seed):
    """Arguments after -T: nothing, or a connection told wholly or partly."""
    rng = random.Random(-seed - 1)
    if rng.random() < 0.15:
        return []
    known = rng.choice([0.3, 0.7, 1, 1])
    items = [f"{name}={values[0]}" if rng.random() < 0.4
             else f"{name}={rng.choice(values[:3])}"
             for name, values in SPEC_ITEMS if rng.random() < known]
    if rng.random() < 0.05:
        name, values = rng.choice(SPEC_ITEMS)
        items.append(rng.choice(BAD_SPECS + [f"{name}={values[-1]}"]))
    rng.shuffle(items)
    cut = rng.randrange(len(items) + 1)
    groups = [group for group in (items[:cut], items[cut:]) if group]
    return [word for group in groups for word in ("-C", ",".join(group))]
