# The front door. Everything else is CMake presets: cmake --list-presets
.PHONY: demo test build configure dependencies test-dependencies check format bench-peers clean

BUILD := build

demo: dependencies configure
	cmake --build $(BUILD) --target eyelid
	$(BUILD)/bin/eyelid demo --out demo

test: test-dependencies build
	ctest --test-dir $(BUILD) --output-on-failure --no-tests=error -j $$(nproc)

build: configure
	cmake --build $(BUILD)

configure:
	cmake --preset release $(CMAKE_FLAGS)

dependencies:
	tools/install_dependencies.sh

test-dependencies:
	tools/install_dependencies.sh --test

# Other programs in the same run; JSON=FILE leaves the rows there as well, TASKS=LIST runs some of the tasks.
bench-peers: dependencies
	BUILD=$(BUILD) JSON=$(JSON) TASKS=$(TASKS) CMAKE_FLAGS="$(CMAKE_FLAGS)" benchmarks/peers/run.sh

# What CI checks besides the tests.
check:
	tools/check_format.sh
	python3 tools/check_layers.py
	tools/check_isa_symbols.sh $(BUILD)
	tools/check_math_symbols.sh $(BUILD)

format:
	tools/check_format.sh --fix

clean:
	rm -rf $(BUILD) demo
