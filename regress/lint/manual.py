#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Holds the manual pages and the sample configuration against the program.
usage: manual.py SOURCE_TREE BUILD_TREE

The truth is the keyword table, the algorithm table, the flags and the key
options in the source, and what the built sshd prints."""

import os
import re
import subprocess
import sys
import tempfile

PAGES = ("man/sshd.8", "man/sshd_config.5", "man/sshd-keygen.1")
CONFIG_PAGE = "man/sshd_config.5"
SFTP_PAGE = "man/sftp-server.8"
SAMPLE = "contrib/sshd_config"
SAMPLE_SETS = "Subsystem sftp internal-sftp"    # all that is no default

# What the pages call the directories that configure chooses.
DIRECTORIES = {
    "SYSCONFDIR": "/etc/ssh",
    "RUNDIR": "/run",
    "LIBEXECDIR": "/usr/libexec/postern",
}
# `-G` knows the real ones: keyword that lies in it, and what follows.
REVEALED_BY = {
    "SYSCONFDIR": ("modulifile", "/moduli"),
    "RUNDIR": ("pidfile", "/sshd.pid"),
    "LIBEXECDIR": ("sshdsessionpath", "/sshd-session"),
}
RULES = {
    "FIRST": "first", "LAST": "last", "APPEND": "add", "BY_NAME": "by name",
    "BY_PART": "by part",
}
SECTIONS = {
    "USE_ACTS": "KEYWORDS",
    "USE_NO_EFFECT": "Reported",
    "USE_NO_PLATFORM": "Not for Linux",
}
# Printed otherwise than written: what `-G` has for the default of the table.
PRINTED = {
    "ListenAddress": None,
    "RekeyLimit": "0 0",
    "PerSourcePenalties": None,
}
NOT_SET = "not set"
SEE_ALGORITHMS = "see ALGORITHMS"
ALGORITHM_SECTIONS = {
    "kex": "Key exchange", "ciphers": "Ciphers", "macs": "MACs",
    "signatures": "Host keys and keys of users",
    "ca_signatures": "Signatures in certificates",
}
ALGORITHM_USES = {
    "ALG_DEFAULT": "by default", "ALG_ON_REQUEST": "on request",
    "ALG_MISSING": "left out",
}
# Numbers in the text: page, words around them, where the number is defined.
NUMBERS = (
    (CONFIG_PAGE, r"larger than (\d+) KiB, as clients refuse",
     "lib/base/limits.h", "BANNER_MAX", 1024),
    (CONFIG_PAGE, r"more than (\d+) in one session",
     "lib/base/limits.h", "ENV_COUNT_MAX", 1),
    (CONFIG_PAGE, r"each, may be (\d+) KiB long",
     "lib/base/limits.h", "PERMIT_LIST_MAX", 1024),
    (CONFIG_PAGE, r"nested (\d+) deep",
     "sshd/config/load.h", "INCLUDE_DEPTH_MAX", 1),
    (CONFIG_PAGE, r"At most (\d+) sockets can be open",
     "sshd/listener/sockets.h", "SOCKETS_MAX", 1),
    (CONFIG_PAGE, r"service name; at most (\d+)\.",
     "sshd/config/value_net.c", "PORTS_MAX", 1),
    ("man/sshd.8", r"lines of more than (\d+) KiB",
     "monitor/lines.h", "LINE_BYTES_MAX", 1024),
    ("man/sshd.8", r"repeated, (\d+) times at most",
     "sshd/listener/cmdline.h", "CMDLINE_PORTS_MAX", 1),
    ("man/sshd.8", r"other numbers, up to (\d+),",
     "sshd/listener/cmdline.h", "CMDLINE_UTMP_LEN_MAX", 1),
)

errors = []


def complain(where, text):
    errors.append(f"{where}: {text}")


def compare(where, what, page, truth):
    if page != truth:
        complain(where, f"{what}: the page says {page!r}, it is {truth!r}")


def compare_sets(where, what, page, truth):
    for name in sorted(truth - page):
        complain(where, f"{what} {name} is missing")
    for name in sorted(page - truth):
        complain(where, f"{what} {name} does not exist")


class Tree:
    def __init__(self, top):
        self.top = top

    def path(self, name):
        return os.path.join(self.top, name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as f:
            return f.read()


# ---- the source ------------------------------------------------------------

def c_string(text):
    """The value of C string literals and directory macros in a row."""
    out = ""
    for literal, macro in re.findall(r'"((?:[^"\\]|\\.)*)"|([A-Z_]+)', text):
        out += DIRECTORIES[macro] if macro else literal
    return out


def table_body(text, start):
    """From behind `start` to the end of the initialiser."""
    text = text[text.index(start) + len(start):]
    return text[:text.index("\n};")]


def macro_definitions(text):
    """Object-like macros, continuation lines joined."""
    joined = text.replace("\\\n", " ")
    return dict(re.findall(r"^#define (\w+)[ \t]+(.*\S)", joined, re.M))


class Keyword:
    # position of scope, rule and default in the arguments of each macro
    SHAPES = {
        "ROW": (3, 4, 5), "FLAG": (2, None, 3), "CHOICE": (2, None, 3),
        "NUMBER": (2, None, 3), "TEXT": (3, None, 4),
        "ALGORITHMS": (2, None, None),
    }

    def __init__(self, row, macros):
        shape = re.match(r"(\w+)\(", row).group(1)
        depth, end = 0, 0
        for end, c in enumerate(row):
            depth += (c == "(") - (c == ")")
            if c == ")" and depth == 0:
                break
        args = self.split(row[len(shape) + 1:end])
        scope, rule, default = self.SHAPES[shape]
        self.name = c_string(args[0])
        self.in_match = args[scope] == "IN_MATCH"
        self.rule = RULES["FIRST" if rule is None else args[rule]]
        self.is_list = shape == "ALGORITHMS"
        found = re.search(r"\.use = (\w+)", row[end:])
        self.use = found.group(1) if found else "USE_ACTS"
        self.default = self.find_default(args, default, macros)

    @staticmethod
    def split(text):
        """At commas outside of quotes."""
        return [part.strip() for part in
                re.split(r',(?=(?:[^"]*"[^"]*")*[^"]*$)', text)]

    def find_default(self, args, position, macros):
        if self.is_list:
            return SEE_ALGORITHMS
        text = args[position]
        if self.name == "ListenAddress":
            return "all local addresses"
        if text == "NULL":
            return NOT_SET
        return c_string(macros.get(text, text))


def read_keywords(tree):
    text = tree.read("sshd/config/keywords.c")
    macros = macro_definitions(text)
    body = table_body(text, "const struct keyword keywords[] = {")
    rows = re.split(r"\n\t\{ ", body)[1:]
    return [Keyword(row, macros) for row in rows]


def read_names(tree, table):
    body = table_body(tree.read("sshd/config/keywords.c"), f" {table}[] = {{")
    return re.findall(r'\{ "(\w+)", (?:"(\w+)")?', body)


def read_algorithms(tree):
    """{table: {use: [names in order]}}"""
    text = tree.read("lib/wire/alg_names.c")
    macros = macro_definitions(text)
    tables = {}
    for table in ALGORITHM_SECTIONS:
        body = table_body(text, f"struct alg_name {table}[] = {{")
        for name in ("CERT_SIGNATURES", "PLAIN_SIGNATURES"):
            body = re.sub(rf"\b{name}\b", lambda m: macros[m.group()], body)
        uses = {use: [] for use in ALGORITHM_USES}
        for name, suffix, use in re.findall(
                r'\{ "([^"]+)"\s*(\w*), (\w+) \}', body):
            if suffix:
                name += macros[suffix].strip('"')
            uses[use].append(name)
        tables[table] = uses
    return tables


# ---- the pages -------------------------------------------------------------

class Page:
    def __init__(self, tree, name):
        self.name = name
        self.text = tree.read(name)

    def section(self, title):
        """The text of a .Sh or .Ss, up to the next one."""
        found = re.search(rf"^\.S[hs] {re.escape(title)}\n(.*?)(?=^\.S[hs] |\Z)",
                          self.text, re.M | re.S)
        return found.group(1) if found else ""


def documented_keywords(page):
    """{name: (section, default, Match, lines)}"""
    found = {}
    for section in SECTIONS.values():
        entries = re.split(r"^\.It Ic ", page.section(section), flags=re.M)
        for entry in entries[1:]:
            name = entry.split(None, 1)[0]
            facts = re.findall(
                r"^\.D1 Default: (.*)\. Match: (yes|no)\. "
                r"Lines: ([a-z ]+)\.$", entry, re.M)
            if len(facts) != 1:
                complain(page.name, f"{name} has no line of facts, or two")
                continue
            if name in found:
                complain(page.name, f"{name} is described twice")
            found[name] = (section, *facts[0])
    return found


def check_keywords(page, keywords):
    documented = documented_keywords(page)
    compare_sets(page.name, "keyword", set(documented),
                 {kw.name for kw in keywords})
    for kw in keywords:
        if kw.name not in documented:
            continue
        section, default, match, lines = documented[kw.name]
        compare(page.name, f"{kw.name}, section", section, SECTIONS[kw.use])
        compare(page.name, f"{kw.name}, default", default, kw.default)
        compare(page.name, f"{kw.name}, Match", match,
                "yes" if kw.in_match else "no")
        compare(page.name, f"{kw.name}, lines", lines, kw.rule)


def check_old_names(page, tree):
    body = page.section("Old names")
    pairs = set(re.findall(r"^\.It Li (\w+) Ta Ic (\w+)$", body, re.M))
    compare_sets(page.name, "old name", pairs,
                 set(read_names(tree, "keyword_aliases")))
    gone = set(re.findall(r"^\.Li (\w+)", page.section("Gone"), re.M))
    compare_sets(page.name, "gone name", gone,
                 {name for name, _ in read_names(tree, "keywords_gone")})


def check_criteria(page, tree):
    body = table_body(tree.read("sshd/config/match.c"), "} criteria[] = {")
    truth = set(re.findall(r'\{ "([\w-]+)"', body))
    found = set(re.findall(r"^\.It Cm ([\w-]+)", page.section("MATCH"), re.M))
    compare_sets(page.name, "criterion", found, truth)


def check_algorithms(page, algorithms):
    for table, title in ALGORITHM_SECTIONS.items():
        body = page.section(title)
        lists = dict(re.findall(r"^\.It Em (.+)\n((?:\.Li \S+\n)+)", body,
                                re.M))
        for use, words in ALGORITHM_USES.items():
            names = re.findall(r"^\.Li (\S+)$", lists.get(words, ""), re.M)
            compare(page.name, f"{title}, {words}", names,
                    algorithms[table][use])


def check_flags(page, tree):
    source = tree.read("sshd/listener/cmdline.c")
    letters = re.search(r'getopt_long\(argc, argv,\s*"\+?([^"]+)"', source).group(1)
    truth = set(re.findall(r"(\w)(:?)", letters))
    head = page.text[page.text.index(".Sh DESCRIPTION"):
                     page.text.index(".Sh PROCESSES")]
    found = set()
    for line in re.findall(r"^\.It (Fl .*)$", head, re.M):
        for flag, argument in re.findall(r"Fl (\w)( Ar)?", line):
            found.add((flag, ":" if argument else ""))
    compare_sets(page.name, "flag", {"".join(flag) for flag in found},
                 {"".join(flag) for flag in truth})
    compare_sets(page.name, "long flag",
                 set(re.findall(r"^\.It Fl \\-(\w+)$", head, re.M)),
                 set(re.findall(r'\{ "(\w+)", no_argument', source)))


def check_tool_flags(page, tree):
    """SYNOPSIS, text and getopt of the key tool know the same flags."""
    letters = re.search(r'getopt\(argc, argv,\s*"([^"]+)"',
                        tree.read("keys/tool/main.c")).group(1)
    truth = set(letters.replace(":", ""))
    for name in ("SYNOPSIS", "DESCRIPTION"):
        found = "".join(re.findall(r"\bFl (\w+)", page.section(name)))
        compare_sets(page.name, f"flag in {name}", set(found), truth)


def check_synopsis(page, tree):
    """The usage and the SYNOPSIS promise the same flags."""
    body = page.section("SYNOPSIS")
    found = set(re.findall(r"Op Fl (\w) Ar", body))
    found |= set(re.search(r"Op Fl (\w+)$", body, re.M).group(1))
    found |= set(re.findall(r"Op Fl \\-(\w+)$", body, re.M))
    source = tree.read("sshd/listener/cmdline.c")
    usage = c_string(re.search(r"cmdline_usage\[\] =\n(.*?);", source,
                               re.S).group(1))
    truth = set(re.search(r"\[-(\w{2,})\]", usage).group(1))
    truth |= set(re.findall(r"\[-(\w) ", usage))
    truth |= set(re.findall(r"\[--(\w+)\]", usage))
    compare_sets(page.name, "flag of the usage", found, truth)


def check_key_options(page, tree):
    source = tree.read("keys/key_options.c")
    truth = set()
    flags = table_body(source, "} flag_rows[] = {")
    for name, negation in re.findall(r'\{ "([\w-]+)",.*(true|false) \}',
                                     flags):
        truth.add(name)
        if negation == "true":
            truth.add("no-" + name)
    values = table_body(source, "} value_rows[] = {")
    truth |= {n + "=" for n in re.findall(r'\{ "([\w-]+)",', values)}
    body = page.section("AUTHORIZED_KEYS FILE FORMAT")
    found = set()
    for line in re.findall(r"^\.It Cm (.*)$", body, re.M):
        line = re.sub(r'Ns Qq .*?(?=,|$)', "", line)
        found |= {word for word in re.split(r"[ ,]+", line) if word}
    compare_sets(page.name, "key option", found, truth)


def check_numbers(pages, tree):
    for page_name, pattern, source, macro, unit in NUMBERS:
        text = next(p.text for p in pages if p.name == page_name)
        found = re.search(pattern, re.sub(r"(?<=\w)\n(?=\w)", " ", text))
        truth = re.search(rf"#define {macro}\s+(\d+)", tree.read(source))
        if not found or not truth:
            complain(page_name, f"{macro} is not where it was")
            continue
        compare(page_name, macro, int(found.group(1)) * unit,
                int(truth.group(1)))


def check_mandoc(tree):
    for name in PAGES:
        out = subprocess.run(["mandoc", "-T", "lint", "-W", "warning",
                              tree.path(name)], capture_output=True,
                             text=True)
        for line in (out.stdout + out.stderr).splitlines():
            complain(name, line)


# ---- the program -----------------------------------------------------------

class Program:
    def __init__(self, build):
        self.path = os.path.join(build, "sshd", "sshd")
        if not os.access(self.path, os.X_OK):
            self.path = os.path.join(build, "bin", "sshd")
        self.defaults, _ = self.print_text("")
        self.real = {
            macro: self.values(self.defaults, keyword)[0][:-len(rest)]
            for macro, (keyword, rest) in REVEALED_BY.items()}

    def print_text(self, text):
        """What sshd -G prints for a configuration, and what it says."""
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as f:
            f.write(text)
            f.flush()
            out = subprocess.run([self.path, "-G", "-f", f.name],
                                 capture_output=True, text=True)
        said = out.stderr.replace(f.name, "FILE").strip()
        if out.returncode != 0 and not said:
            said = f"exit status {out.returncode}"
        return out.stdout, said

    @staticmethod
    def values(printed, keyword):
        prefix = keyword.lower() + " "
        return [line[len(prefix):] for line in printed.splitlines()
                if line.startswith(prefix)]

    def to_real(self, text):
        """Paths of the pages -> paths of this build."""
        for macro, there in sorted(DIRECTORIES.items(),
                                   key=lambda item: -len(item[1])):
            text = re.sub(rf"(?<![\w/]){there}(?=/)",
                          lambda m, macro=macro: "\0" + macro + "\0", text)
        for macro, here in self.real.items():
            text = text.replace("\0" + macro + "\0", here)
        return text


def check_printed_defaults(program, keywords, algorithms):
    tables = {
        "KexAlgorithms": "kex", "Ciphers": "ciphers", "MACs": "macs",
        "CASignatureAlgorithms": "ca_signatures",
        "HostbasedAcceptedAlgorithms": "signatures",
        "HostKeyAlgorithms": "signatures",
        "PubkeyAcceptedAlgorithms": "signatures",
    }
    for kw in keywords:
        if PRINTED.get(kw.name, "") is None:
            continue
        printed = " ".join(program.values(program.defaults, kw.name))
        if kw.is_list:
            want = ",".join(algorithms[tables[kw.name]]["ALG_DEFAULT"])
        else:
            want = PRINTED.get(kw.name, program.to_real(kw.default))
        if kw.default in (NOT_SET, "none") and printed in ("", "none"):
            continue
        compare("sshd -G", f"default of {kw.name}", want, printed)


def check_sections_act(program, keywords):
    """A keyword of `Reported` is reported."""
    for kw in keywords:
        if kw.use != "USE_NO_EFFECT":
            continue
        text = f"{kw.name} /x\n"
        said = program.print_text(text)[1].splitlines()
        want = "has no effect"
        if not any(kw.name + " " in line and want in line for line in said):
            complain("sshd -G", f"{text!r} is not met with {want!r}: {said}")


def check_sample(program, tree, keywords):
    text = program.to_real(tree.read(SAMPLE))
    text = re.sub(r"^Include .*$", "", text, flags=re.M)
    text = re.sub(f"^{SAMPLE_SETS}$", f"# {SAMPLE_SETS}", text, flags=re.M)
    printed, said = program.print_text(text)
    if said:
        complain(SAMPLE, said)
    compare(SAMPLE, "as it is", printed, program.defaults)
    groups = {}
    for line in re.findall(r"^#(\w+ .*)$", text, re.M):
        groups.setdefault(line.split()[0], []).append(line)
    for name, lines in groups.items():
        printed, said = program.print_text("\n".join(lines) + "\n")
        if said:
            complain(SAMPLE, f"{lines}: {said}")
        elif printed != program.defaults:
            complain(SAMPLE, f"{lines} is not the default")
    examples = set(re.findall(r"^# (\w+) \S", text, re.M))
    for kw in keywords:
        shown = groups if kw.default != NOT_SET and not kw.is_list \
            else examples
        if kw.use == "USE_ACTS" and kw.name not in shown:
            complain(SAMPLE, f"{kw.name} is missing")
        if kw.use != "USE_ACTS" and kw.name in groups:
            complain(SAMPLE, f"{kw.name} does not act")
    for line in re.findall(r"^# ([A-Z]\w+ \S.*)$", text, re.M):
        if line.split()[0] in {kw.name for kw in keywords}:
            said = program.print_text(line + "\n")[1]
            if said:
                complain(SAMPLE, f"example {line!r}: {said}")


def check_sftp_page(tree):
    """Flags and requests of sftp-server stand on its page."""
    page = tree.read(SFTP_PAGE)
    source = tree.read("sftp-server/options/options.c")
    flags = set(re.findall(r"^\t\{ '(\w)', (?:true|false), ", source, re.M))
    compare_sets(SFTP_PAGE, "flag", set(re.findall(
        r"^\.It Fl (\w)", page, re.M)), flags)
    rows = tree.read("sftp-server/options/request_list.h")
    compare_sets(SFTP_PAGE, "extension", {
        name for line in re.findall(r"^\.It Cm (.*)$", page, re.M)
        if "requests" not in line for name in line.split(" , ")},
        set(re.findall(r'"([\w@.-]+)", "\d"', rows)))


def main():
    source, build = sys.argv[1:]
    tree = Tree(source)
    keywords = read_keywords(tree)
    algorithms = read_algorithms(tree)
    pages = [Page(tree, name) for name in PAGES]
    server_page, config_page, tool_page = pages
    check_keywords(config_page, keywords)
    check_old_names(config_page, tree)
    check_criteria(config_page, tree)
    check_algorithms(config_page, algorithms)
    check_flags(server_page, tree)
    check_tool_flags(tool_page, tree)
    check_synopsis(server_page, tree)
    check_key_options(server_page, tree)
    check_numbers(pages, tree)
    check_mandoc(tree)
    program = Program(build)
    check_printed_defaults(program, keywords, algorithms)
    check_sections_act(program, keywords)
    check_sample(program, tree, keywords)
    check_sftp_page(tree)
    for error in errors:
        print(error)
    print(f"manual: {len(errors)} complaints")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
