# One build tree and one configuration for everything: a fresh machine builds the dependencies once.
CONFIG ?= release
BIN := .build/$(CONFIG)
# Tests link the same modules as the programs (`package` access, no @testable), so nothing is built twice.
SWIFT_BUILD := swift build -c $(CONFIG) --build-tests
SWIFT_TEST := swift test -c $(CONFIG) --skip-build --disable-xctest
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

.DEFAULT_GOAL := help
.PHONY: help setup build demo test test-core test-kernels bench fuzz image protos bpf check-bpf kind-up kind-scenarios kind-down

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{ printf "  make %-16s %s\n", $$1, $$2 }'

setup: ## Install the Debian packages and Python tools that build, demo and tests need (idempotent)
	@Scripts/setup.sh

build: setup ## Build all programs and tests
	$(SWIFT_BUILD)

demo: setup ## Set up, build, and run the attack story against portal, API server and sensor on this machine
	$(SWIFT_BUILD)
	$(SUDO) $(BIN)/scenarios demo

test: setup ## Set up, build, and run all tests (REQUIRE_KERNEL=1: a skipped kernel test is a failure)
	@Scripts/runtimes.sh
	$(SWIFT_BUILD)
	TEST_PROGRAM=$(BIN)/wiz-sensorPackageTests.xctest Scripts/test.sh $(SWIFT_TEST)

test-core: setup ## Build and test the cores alone, without NIO and gRPC: seconds after the first time
	WIZ_CORE=1 swift build --scratch-path .build-core --build-tests
	WIZ_CORE=1 Scripts/test.sh swift test --scratch-path .build-core --skip-build --disable-xctest

test-kernels: build ## Run the kernel tests on Debian's 6.1 kernel in an emulated machine, with both hook sets
	@Scripts/setup.sh qemu-system-x86 cpio
	Scripts/test-kernels.sh $(BIN)/wiz-sensorPackageTests.xctest

bench: setup ## Measure throughput, memory, idle CPU and latency on this machine
	$(SWIFT_BUILD)
	$(SUDO) $(BIN)/wiz-bench

fuzz: build ## A million random conditions, changed rule files, random rules against a plain evaluator, changed kernel messages, JSON and selectors (FUZZ_INPUTS)
	FUZZ_INPUTS=$${FUZZ_INPUTS:-1000000} $(BIN)/wiz-sensorPackageTests.xctest --testing-library swift-testing --filter RulesTests.FuzzTests --filter RulesTests.EvaluatorPropertyTests --filter EventsTests.DecoderFuzzTests --filter KubeCoreTests.FuzzTests

protos: ## Make Sources/Contract/Generated from the .proto again
	Scripts/generate-protos.sh

check-bpf: setup ## Compile the probes alone and show what the verifier of this kernel says
	@Scripts/setup.sh bpftool
	$(SUDO) Scripts/check-bpf.sh

image: build ## Build the container images (needs docker, podman or buildah)
	Scripts/image.sh $(BIN)

kind-up: image ## Create a kind cluster with portal and sensor in it (needs kind and a container engine)
	kind-config/up.sh

kind-scenarios: ## Attack the workloads of the kind cluster and look for each detection in its portal
	kind-config/scenarios.sh

kind-down: ## Delete the kind cluster
	kind-config/down.sh
