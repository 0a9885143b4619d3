#!/usr/bin/env python3
"""Manual pages and completions of the program: every command and option that --help shows is there, and the tools that read them
accept them. Shells that are absent are skipped.

   command_reference_test.py EYELID
"""
import functools
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

EYELID = sys.argv.pop(1) if len(sys.argv) > 1 else "build/bin/eyelid"
SHELLS = ["bash", "zsh", "fish"]


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)


@functools.cache
def help_of(path):
    return run(EYELID, *path, "--help").stdout


def section(text, heading):
    match = re.search(rf"^{heading}:\n((?:.+\n|\n(?= ))*)", text, re.M)
    return match[1] if match else ""


def commands():
    """Paths of all commands, from --help alone: () is the program."""
    found, todo = [], [()]
    while todo:
        path = todo.pop()
        found.append(path)
        todo += [path + (name,) for name in re.findall(r"^  ([a-z]+) ", section(help_of(path), "Subcommands"), re.M)]
    return sorted(found)


@functools.cache
def options_of(path):
    """[(names, choices)] of the options that --help shows."""
    rows = []
    for line in re.findall(r"^  (-\S.*)", help_of(path), re.M):
        names = re.match(r"(-[\w-]+(?:,-[\w-]+)*)", line)[1].split(",")
        choices = re.match(r"\S+ TEXT:\{([^}]*)\}", line)
        rows.append((names, choices[1].split(",") if choices else []))
    return rows


# eyelid-train's own; eyelid passes them on.
PASSED_ON = {("train", "detector"), ("bench", "training")}


class CommandReference(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.manual = pathlib.Path(cls.folder.name, "man1")
        done = run(EYELID, "manual", "--out", str(cls.manual))
        assert done.returncode == 0 and not done.stderr, done.stderr
        cls.scripts = {}
        for shell in SHELLS:
            cls.scripts[shell] = pathlib.Path(cls.folder.name, "_eyelid" if shell == "zsh" else f"eyelid.{shell}")
            cls.scripts[shell].write_text(run(EYELID, "completion", shell).stdout)
        cls.commands = commands()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def page(self, path):
        return self.manual / ("-".join(("eyelid",) + path) + ".1")

    def test_every_command_has_a_page_and_no_page_is_left_over(self):
        self.assertGreater(len(self.commands), 25)
        self.assertEqual(sorted(page.name for page in self.manual.iterdir()), sorted(self.page(path).name for path in self.commands))

    def test_every_option_has_an_entry_in_its_page(self):
        for path in self.commands:
            if path in PASSED_ON:
                continue
            text = self.page(path).read_text().replace("\\-", "-")
            for names, choices in options_of(path):
                with self.subTest(path=path, names=names):
                    heading = ", ".join(f"\\fB{name}\\fR" for name in names)
                    entry = re.search(rf"^\.TP\n{re.escape(heading)}(.*)\n\S", text, re.M)
                    self.assertTrue(entry, f"no entry of {names}")
                    self.assertIn("|".join(choices), entry[1])

    def test_man_reads_the_pages_without_a_warning(self):
        if not shutil.which("man"):
            self.skipTest("man is absent (apt: man-db)")
        for page in self.manual.iterdir():
            done = run("man", "--warnings", "--encoding=UTF-8", "--local-file", str(page), env={"MANWIDTH": "80", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
            self.assertEqual((done.returncode, done.stderr), (0, ""), page.name)
            self.assertIn("SYNOPSIS", done.stdout)

    def test_shells_read_their_scripts(self):
        missing = []
        for shell in SHELLS:
            if not shutil.which(shell):
                missing.append(shell)
                continue
            done = run(shell, "-n", str(self.scripts[shell]))
            self.assertEqual((done.returncode, done.stderr), (0, ""), shell)
        if missing:
            self.skipTest(f"not checked: {', '.join(missing)} absent")

    # What a shell offers after these words, the last of which is being typed.

    def bash(self, *queries):
        """Answers to many command lines from one shell."""
        script = [f"source {self.scripts['bash']}", "compopt() { :; }"]
        for words in queries:
            line = " ".join(f"'{word}'" for word in ("eyelid",) + words)
            script += [f"COMP_WORDS=({line}); COMP_CWORD={len(words)}; _eyelid; printf '%s ' \"${{COMPREPLY[@]}}\"; echo"]
        done = run("bash", "-c", "\n".join(script), cwd=self.folder.name)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [line.split() for line in done.stdout.splitlines()]

    def fish(self, *queries):
        script = [f"source {self.scripts['fish']}"]
        for words in queries:
            script += [f"set found (complete --do-complete 'eyelid {' '.join(words)}' | string replace -r '\\t.*' ''); echo $found"]
        done = run("fish", "--no-config", "-c", "\n".join(script), cwd=self.folder.name)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [line.split() for line in done.stdout.splitlines()]

    def test_bash_completes_every_command_option_and_choice(self):
        self.check_completion(self.bash)

    def test_fish_completes_every_command_option_and_choice(self):
        if not shutil.which("fish"):
            self.skipTest("fish is absent")
        self.check_completion(self.fish)

    def check_completion(self, shell):
        queries, expected = [], []
        for path in self.commands:
            below = sorted(other[-1] for other in self.commands if other and other[:-1] == path)
            if below:
                queries.append(path + ("",))
                expected.append(below)
            if path in PASSED_ON:
                continue
            queries.append(path + ("--",))
            options = options_of(path)
            expected.append(sorted(name for names, _ in options for name in names if name.startswith("--")))
            for names, choices in options:
                if choices:
                    queries.append(path + (names[-1], ""))
                    expected.append(sorted(choices))
        answers = shell(*queries)
        self.assertEqual(len(answers), len(queries))
        for query, answer, right in zip(queries, answers, expected):
            self.assertEqual(sorted(answer), right, query)

    def test_values_complete_as_files_folders_or_names(self):
        folder = pathlib.Path(self.folder.name)
        (folder / "film.mkv").touch()
        (folder / "films").mkdir(exist_ok=True)
        queries = [("track", "fil"), ("track", "film.mkv", "--out", "fil"), ("track", "--json", "fil"), ("score", "--preset", "hu"), ("track", "--subject", "fil")]
        expected = [["film.mkv", "films"], ["films"], ["film.mkv", "films"], ["human"], []]
        shells = {"bash": self.bash} | ({"fish": self.fish} if shutil.which("fish") else {})
        for name, shell in shells.items():
            answers = [sorted(word.rstrip("/") for word in answer) for answer in shell(*queries)]
            self.assertEqual(answers, expected, name)
        self.assertEqual(self.bash(("track", "--detector", "=", "m"), ("track", "--detector", "=")), [["mtcnn"], ["blazeface", "hog", "mtcnn"]])

    def test_zsh_has_every_command_and_option(self):
        text = self.scripts["zsh"].read_text()
        for path in self.commands:
            function = re.search(rf"^{'_'.join(('_eyelid',) + path)}\(\) {{\n(.*?)^}}", text, re.M | re.S)
            self.assertTrue(function, path)
            for name in [other[-1] for other in self.commands if other and other[:-1] == path]:
                self.assertIn(f"\n        '{name}:", function[1])
            for names, choices in options_of(path) if path not in PASSED_ON else []:
                for name in names:
                    spec = re.search(rf"^    '(?:\*|\([^)]*\)){name}\[(.*)$", function[1], re.M)
                    self.assertTrue(spec, (path, name))
                    self.assertIn(" ".join(choices), spec[1])

    def test_zsh_completes(self):
        if not shutil.which("zsh"):
            self.skipTest("zsh is absent")
        # A shell in a terminal of its own, where Tab is pressed.
        script = f"""
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; unsetopt zle_bracketed_paste; fpath=({self.folder.name} \\$fpath); autoload -U compinit; compinit -u -D; zstyle ':completion:*' list-colors ''; LISTMAX=1000; echo rea''dy"
zpty -r -m shell out '*ready*'
zpty -w -n shell $'eyelid evaluate agr\\t\\n'
zpty -w -n shell $'eyelid track --detector mt\\t\\n'
zpty -w -n shell $'eyelid completion fi\\t\\n'
zpty -w shell "echo do''ne"
zpty -r -m shell out '*done*'
print -r -- $out
"""
        done = run("zsh", "-f", "-c", script, env={"PATH": "/nowhere:/usr/bin:/bin", "TERM": "xterm", "HOME": self.folder.name, "COLUMNS": "200"})
        text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", done.stdout)
        for line in ("evaluate agreement", "--detector mtcnn", "completion fish"):
            self.assertIn(line, text)

    def test_a_folder_that_cannot_be_made_is_named(self):
        done = run(EYELID, "manual", "--out", "/proc/pages")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/proc/pages", done.stderr)


if __name__ == "__main__":
    unittest.main()
