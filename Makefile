# The front door. Everything else is CMake presets: cmake --list-presets
.PHONY: demo test quick python wheel test-wheel tarball deb release site build configure dependencies package-dependencies test-dependencies check full-check format bench-peers bench-accuracy clean

BUILD := build

# The first build of a checkout compiles the files of a room in groups, in half the time; one that exists stays as it is.
FIRST_PRESET = $(if $(wildcard $(BUILD)/CMakeCache.txt),release,unity)
demo: dependencies
	cmake --preset $(FIRST_PRESET) $(CMAKE_FLAGS)
	cmake --build $(BUILD) --target eyelid
	$(BUILD)/bin/eyelid demo --out demo

test: test-dependencies build
	ctest --test-dir $(BUILD) --output-on-failure --no-tests=error -j $$(nproc)

# Unit tests without films, browsers, training and emulated GPUs: a minute after a build.
quick: dependencies configure
	cmake --build $(BUILD) --target eyelid_unit_tests
	ctest --test-dir $(BUILD) --output-on-failure --no-tests=error -L unit -j $$(nproc)

# The Python package and its tests, in an environment of its own; the module links the libraries that are there.
PYTHON ?= python3
python:
	tools/install_dependencies.sh --python
	PYTHON=$(PYTHON) tools/python_environment.sh $(BUILD)/python-venv
	cmake --preset $(FIRST_PRESET) -DEYELID_PYTHON=ON -DPython_EXECUTABLE=$(abspath $(BUILD))/python-venv/bin/python $(CMAKE_FLAGS)
	cmake --build $(BUILD) --target eyelid eyelid_python
	ctest --test-dir $(BUILD) --output-on-failure -R ^python/

# The Debian package of this machine's Debian, in build/; what is in it and where it was tried: docs/install.md.
deb: package-dependencies
	cmake --preset $(FIRST_PRESET) $(CMAKE_FLAGS)
	cmake --build $(BUILD) --target eyelid eyelid_reference
	cd $(BUILD) && cpack -G DEB

# Sources, package, wheel, tarball, lists of parts, and checksums of the last commit, in build/release: the same bytes from the same folder.
release: package-dependencies
	cmake --preset $(FIRST_PRESET) $(CMAKE_FLAGS)
	BUILD=$(BUILD) PYTHON=$(PYTHON) tools/make_release.sh

# The documentation as pages for a browser, in build/site (apt: mkdocs man-db).
site: dependencies
	cmake --preset $(FIRST_PRESET) $(CMAKE_FLAGS)
	cmake --build $(BUILD) --target eyelid
	tools/make_site.py $(BUILD)/bin/eyelid

# The package as a wheel for other machines, with FFmpeg and all else inside; test-wheel installs it in a bare Debian. Root.
wheel:
	PYTHON=$(PYTHON) tools/wheel/build.sh

# The program of the newest wheel in a folder that runs wherever it lies.
tarball:
	tools/wheel/tarball.sh

DEBIAN ?= bookworm
test-wheel: build
	tools/wheel/test.sh $(DEBIAN) $(BUILD)/bin/eyelid

build: configure
	cmake --build $(BUILD)

configure:
	cmake --preset release $(CMAKE_FLAGS)

dependencies:
	tools/install_dependencies.sh

package-dependencies:
	tools/install_dependencies.sh --package

test-dependencies:
	tools/install_dependencies.sh --test

# Other programs in the same run; JSON=FILE leaves the rows there as well, TASKS=LIST runs some of the tasks.
bench-peers: dependencies
	BUILD=$(BUILD) JSON=$(JSON) TASKS=$(TASKS) CMAKE_FLAGS="$(CMAKE_FLAGS)" benchmarks/peers/run.sh

# Accuracy against MediaPipe and dlib on the films and photographs of ../shared; what was measured is kept.
bench-accuracy: dependencies
	BUILD=$(BUILD) JSON=$(JSON) SEEDS=$(SEEDS) CMAKE_FLAGS="$(CMAKE_FLAGS)" benchmarks/accuracy/peers/run.sh

# What CI checks besides the tests.
check:
	tools/check_format.sh
	python3 tools/check_layers.py
	tools/check_commits.sh
	tools/check_isa_symbols.sh $(BUILD)
	tools/check_math_symbols.sh $(BUILD)

# What is too long for CI: every analyzer over the whole tree.
full-check: check
	tools/full_check.sh

format:
	tools/check_format.sh --fix

clean:
	rm -rf $(BUILD) demo
