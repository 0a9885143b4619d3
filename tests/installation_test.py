#!/usr/bin/env python3
"""What `cmake --install` puts where, one version everywhere, and the licenses of everything inside.

   installation_test.py CMAKE BUILD EYELID
"""
import gzip
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

CMAKE, BUILD, EYELID = sys.argv[1:4] if len(sys.argv) > 3 else ("cmake", "build", "build/bin/eyelid")
del sys.argv[1:4]
ROOT = pathlib.Path(__file__).resolve().parent.parent
VERSION = re.search(r"^project\(eyelid VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text(), re.M)[1]


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120)


class Version(unittest.TestCase):
    def assert_version(self, where, pattern, text):
        found = re.search(pattern, text, re.M)
        self.assertTrue(found, f"{where}: no version")
        self.assertEqual(found[1], VERSION, where)

    def test_the_program_says_that_of_cmake(self):
        self.assertEqual(run(EYELID, "--version").stdout.strip(), VERSION)

    def test_files_that_cannot_ask_cmake_say_the_same(self):
        for name, pattern in {"CITATION.cff": r"^version: (.*)$", "packaging/conda-forge/meta.yaml": r'set version = "(.*?)"',
                              "packaging/homebrew/eyelid.rb": r"eyelid-([\d.]+)\.tar"}.items():
            self.assert_version(name, pattern, (ROOT / name).read_text())

    def test_python_takes_that_of_cmake(self):
        text = (ROOT / "pyproject.toml").read_text()
        self.assertIn('dynamic = ["version"]', text)
        pattern = re.search(r"^regex = '(.*)'$", text, re.M)[1]
        self.assertEqual(re.search(pattern, (ROOT / "CMakeLists.txt").read_text())["value"], VERSION)
        # The module has the number that the program was compiled with; docs/python.md says where.
        self.assertIn("eyelid::kVersion", (ROOT / "bindings/python/module.cpp").read_text())


class Site(unittest.TestCase):
    def test_every_page_of_the_site_is_there(self):
        pages = re.findall(r"([\w./-]+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.M)
        self.assertGreater(len(pages), 15)
        # Made of the manual pages by tools/make_site.py.
        missing = [page for page in pages if page != "docs/commands.md" and not (ROOT / page).is_file()]
        self.assertEqual(missing, [])

    def test_pages_for_users_are_in_the_site(self):
        listed = set(re.findall(r"docs/([\w-]+\.md)", (ROOT / "mkdocs.yml").read_text()))
        self.assertEqual({page.name for page in (ROOT / "docs").glob("*.md")} - listed, set())


class Licenses(unittest.TestCase):
    def test_every_embedded_model_has_a_license(self):
        text = (ROOT / "packaging/debian/copyright").read_text()
        patterns = [pattern for files in re.findall(r"^Files: (.*(?:\n .*)*)", text, re.M) for pattern in files.split()]
        for model in (ROOT / "models").glob("*.safetensors"):
            name = f"models/{model.name}"
            self.assertTrue(any(pathlib.PurePath(name).match(p) for p in patterns if p != "*"), name)

    def test_every_license_that_is_named_is_there(self):
        text = (ROOT / "packaging/debian/copyright").read_text()
        named = set(re.findall(r"^License: (\S+)$", text, re.M))
        written = set(re.findall(r"^License: (\S+)\n ", text, re.M))
        self.assertEqual(named, written)


class Installation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not pathlib.Path(BUILD, "reference/made").is_file():
            raise unittest.SkipTest("the target eyelid_reference is not built")
        cls.temporary = tempfile.TemporaryDirectory()
        cls.prefix = pathlib.Path(cls.temporary.name)
        done = run(CMAKE, "--install", BUILD, "--component", "program", "--prefix", cls.prefix)
        assert done.returncode == 0, done.stderr
        cls.files = {str(path.relative_to(cls.prefix)) for path in cls.prefix.rglob("*") if path.is_file()}

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def test_everything_is_in_its_place(self):
        for name in ["bin/eyelid", "share/man/man1/eyelid.1.gz", "share/man/man1/eyelid-model-fetch.1.gz", "share/bash-completion/completions/eyelid",
                     "share/fish/vendor_completions.d/eyelid.fish", "share/applications/eyelid.desktop", "share/icons/hicolor/scalable/apps/eyelid.svg",
                     "share/metainfo/localhost.eyelid.eyelid.metainfo.xml", "share/doc/eyelid/copyright", "share/doc/eyelid/README.md",
                     "share/doc/eyelid/changelog.gz", "share/doc/eyelid/docs/files.md", "share/doc/eyelid/models/README.md",
                     "share/doc/eyelid/examples/cluster/batch.sbatch"]:
            self.assertIn(name, self.files)
        self.assertTrue(any(name.endswith("/_eyelid") for name in self.files))
        # Libraries, headers, and tests of the build stay out of it.
        self.assertFalse([name for name in self.files if re.search(r"\.(a|so|hpp|cmake|py)$|_tests$", name)])

    def test_the_installed_program_runs(self):
        self.assertEqual(run(self.prefix / "bin/eyelid", "--version").stdout.strip(), VERSION)

    def test_installed_pages_and_scripts_are_those_of_this_program(self):
        with gzip.open(self.prefix / "share/man/man1/eyelid.1.gz", "rt") as page:
            self.assertIn(f'"eyelid {VERSION}"', page.readline())
        self.assertEqual((self.prefix / "share/bash-completion/completions/eyelid").read_text(), run(EYELID, "completion", "bash").stdout)

    def test_pictures_of_the_installed_readme_are_there(self):
        text = (self.prefix / "share/doc/eyelid/README.md").read_text()
        for target in re.findall(r"!\[[^\]]*\]\(([^)]*)\)", text):
            self.assertIn(f"share/doc/eyelid/{target}", self.files)

    def test_the_desktop_entry_is_valid(self):
        if not shutil.which("desktop-file-validate"):
            self.skipTest("desktop-file-validate is absent (apt: desktop-file-utils)")
        done = run("desktop-file-validate", self.prefix / "share/applications/eyelid.desktop")
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_the_metainfo_is_valid_and_has_the_version(self):
        metainfo = self.prefix / "share/metainfo/localhost.eyelid.eyelid.metainfo.xml"
        self.assertIn(f'<release version="{VERSION}"', metainfo.read_text())
        if not shutil.which("appstreamcli"):
            self.skipTest("appstreamcli is absent (apt: appstream)")
        done = run("appstreamcli", "validate", "--no-net", metainfo)
        # Since 1.0 it warns of a missing home page, and this project has none.
        found = [line for line in done.stdout.splitlines() if re.match("[EW]: ", line) and "url-homepage-missing" not in line]
        self.assertEqual(found, [], done.stdout)
        self.assertIn(done.returncode, (0, 3))


if __name__ == "__main__":
    unittest.main()
