# The targets that kernel people's fingers know, each one line onto eggcup. `make help` lists them.
#
#   make run PKG=examples/hello ARGS='--machine microvm'
#   make test-boot K=hello

PKG ?= examples/hello
PYTHON ?= python3
ARGS ?=
K ?=
CASES ?= 20000

EGGCUP := .venv/bin/eggcup
PY := .venv/bin/python
GO := .venv/bin/go
SETUP := .venv/.eggcup-setup
# Programs with requirements of their own.
MODULES := examples/kvstore examples/sshd $(addprefix tests/boot/programs/,line calls observe)
GO_CODE := kernel drivers examples scripts tests *.go

# The developer's own Go settings change nothing here.
export GOFLAGS := -trimpath
export GOWORK := off
export GOTOOLCHAIN := local

.NOTPARALLEL:
.PHONY: help setup menuconfig defconfig olddefconfig savedefconfig kernel run bench bench-menuconfig clean distclean \
	check docs try-servers test test-host test-python test-go test-boot test-compat compat load go1.26 oracle fuzz fuzz-images \
	fuzz-parsers linux

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9.-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

menuconfig: setup ## Choose the configuration in the terminal
	$(EGGCUP) menuconfig $(ARGS)

defconfig: setup ## Take a preset: make defconfig ARGS=tiny
	$(EGGCUP) defconfig $(ARGS)

olddefconfig: setup ## Bring .config up to date, with defaults for what is new
	$(EGGCUP) olddefconfig $(ARGS)

savedefconfig: setup ## Write the shortest file that says the same as .config
	$(EGGCUP) savedefconfig $(ARGS)

kernel: setup .config ## Build kernel.elf from PKG
	$(EGGCUP) build $(PKG) -o kernel.elf $(ARGS)

run: setup qemu .config ## Build PKG and boot it on this terminal
	$(EGGCUP) run $(PKG) $(ARGS)

test: check test-host test-boot test-compat ## The whole test suite

check: setup ## Formatting, lint, types, layers
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	@unformatted=$$($$($(GO) env GOROOT)/bin/gofmt -l $(GO_CODE)) || exit 1; \
		test -z "$$unformatted" || { echo "not gofmt-clean: $$unformatted"; exit 1; }
	$(GO) vet ./...
	GOWORK= $(GO) -C kernel/inet vet ./...
	for module in $(MODULES); do $(GO) -C $$module vet ./... || exit 1; done

test-host: test-go test-python ## All tests that boot nothing

# kernel/atexit names a variable of one of Go's internal packages, as the kernel's own build may: ADR 21.
test-go: setup disk-tools ## Go tests on the host: make test-go K=./kernel/core/vm
	$(GO) test -ldflags=-checklinkname=0 $(or $(K),./kernel/... ./drivers/...)
	$(if $(K),,GOWORK= $(GO) -C kernel/inet test ./...)

test-python: setup qemu test-tools go1.26 oracle ## Python tests but the boots: make test-python K=wheel
	PATH="$$($(GO) env GOROOT)/bin:$$PATH" $(PY) -m pytest -m 'not boot and not load' $(if $(K),-k '$(K)') $(ARGS)

test-boot: setup qemu go1.26 disk-tools ssh load-tools ## Boots under QEMU: make test-boot K=hello ARGS='--boot-count 5'
	$(PY) -m pytest tests/boot tests/docs tests/load tests/terminal -m 'boot or load' $(if $(K),-k '$(K)') $(ARGS)

load: setup qemu load-tools ## Load and faults with their full figures, as root (an hour): make load K=wire
	$(PY) -m pytest tests/load -m load --load-full --load-strict -s $(if $(K),-k '$(K)') $(ARGS)

fuzz-images: setup disk-tools ## Mount damaged ext3 images for a minute: make fuzz-images ARGS='-fuzztime 1h'
	$(GO) test ./kernel/ext3/volume -run TestUsedImage -fuzz FuzzImage $(or $(ARGS),-fuzztime 60s)

# Their seeds run with make test-go.
FUZZ_TARGETS := dhcp:FuzzFrame virtio:FuzzUsedRing pci:FuzzCapabilities netdev:FuzzSegment
fuzz-parsers: setup ## What reads the network's and the devices' data, a minute each: make fuzz-parsers ARGS='-fuzztime 1h'
	@for target in $(FUZZ_TARGETS); do package=$${target%:*}; \
		test -d kernel/$$package && package=kernel/$$package || package=drivers/$$package; \
		$(GO) test ./$$package -run '^$$' -fuzz "^$${target#*:}$$" $(or $(ARGS),-fuzztime 60s) || exit 1; done

test-compat: setup qemu ## The standard library's own tests in the guest, those that are quick
	$(PY) scripts/compat --check $(ARGS)

compat: setup qemu ## All of the standard library's tests, beside Linux, into docs/compatibility.md
	$(PY) scripts/compat $(ARGS)

try-servers: setup qemu disk-tools ## Popular servers and stores on Linux and in the guest, into docs/servers.md
	PATH="$$PATH:/usr/sbin:/sbin" $(PY) scripts/servers.py

docs: setup ## Write the generated documents and pictures anew
	$(GO) run ./scripts/syscalldoc
	$(PY) scripts/unitdoc.py
	$(PY) scripts/clidoc.py
	$(PY) scripts/screenshots.py

fuzz: setup oracle ## Compare 20 000 random configurations with C kconfig's: make fuzz CASES=500
	EGGCUP_FUZZ_CASES=$(CASES) $(PY) -m pytest tests/compat/test_fuzz.py $(ARGS)

linux: setup oracle ## Compare the Linux 6.12 tree with C kconfig, line by line, and keep the table in docs/kconfig.md
	$(PY) scripts/linux.py $(ARGS)

bench: setup qemu ## Measure against Linux guests
	$(PY) scripts/bench $(ARGS)

bench-menuconfig: setup ## Measure the menuconfig beside two others
	$(PY) scripts/bench/menuconfig $(ARGS)

clean: ## Remove what builds and tests leave
	rm -rf build dist kernel.elf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

distclean: clean ## Remove the environment and the configuration too
	rm -rf .venv .cache .config .config.old

setup: $(SETUP) ## Make .venv with the pinned dependencies and the Go toolchain

$(SETUP): requirements.lock pyproject.toml scripts/setup-venv
	@PYTHON=$(PYTHON) scripts/setup-venv
	@touch $@

.PHONY: qemu test-tools load-tools disk-tools ssh
qemu:
	@command -v qemu-system-x86_64 >/dev/null || scripts/apt-install qemu-system-x86

oracle: ## Install C kconfig of 2018, and build that of Linux 6.12 in a cache folder, to compare with
ifndef EGGCUP_SKIP_ORACLE
	@command -v kconfig-conf >/dev/null || scripts/apt-install kconfig-frontends-nox
	@scripts/oracle
endif

# tmux shows the interface to its tests, and so does Chromium; git says what a wheel has to carry; the shells complete
# command lines.
test-tools:
ifndef EGGCUP_SKIP_BROWSER
	@command -v chromedriver >/dev/null || scripts/apt-install chromium chromium-driver
endif
	@command -v zsh >/dev/null || scripts/apt-install zsh
	@command -v fish >/dev/null || scripts/apt-install fish
	@command -v tmux >/dev/null || scripts/apt-install tmux
	@command -v git >/dev/null || scripts/apt-install git

# wrk makes requests, ip a network of the tests' own.
load-tools:
	@command -v wrk >/dev/null || scripts/apt-install wrk
	@command -v ip >/dev/null || scripts/apt-install iproute2

# What makes and checks file systems, and a client to log in with.
disk-tools:
	@PATH="$$PATH:/usr/sbin:/sbin" command -v mke2fs >/dev/null || scripts/apt-install e2fsprogs

ssh:
	@command -v ssh >/dev/null || scripts/apt-install openssh-client

go1.26: .cache/go1.26/.eggcup-setup
.cache/go1.26/.eggcup-setup: requirements-go1.26.lock scripts/setup-go1.26 | $(SETUP)
	scripts/setup-go1.26
	@touch $@

.config: | $(SETUP)
	$(EGGCUP) defconfig
