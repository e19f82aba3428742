# healthcheck_exporter. `make` lists the targets.

GO      ?= go
BINARY  := healthcheck_exporter
COMMON  := github.com/prometheus/common/version
# How long one fuzz target runs, the arguments of the binary in `make run`, and of
# the mutation test.
FUZZTIME ?= 10m
ARGS     ?=
MUTANTS  ?= -n 20 ./...

# The flags and version variables of .promu.yml (a test compares them). The
# binary does not depend on the machine or the time: the same commit gives the
# same bytes in any folder, on any day. The name of the branch is one of the
# variables, and is HEAD where a tag is checked out.
VERSION  := $(shell cat VERSION)
REVISION := $(or $(shell git rev-parse HEAD 2>/dev/null),unknown)
BRANCH   := $(or $(shell git rev-parse --abbrev-ref HEAD 2>/dev/null),unknown)
SOURCE_DATE_EPOCH ?= $(or $(shell git log -1 --format=%ct 2>/dev/null),0)
BUILD_DATE := $(shell date -u -d @$(SOURCE_DATE_EPOCH) +%Y%m%d-%H:%M:%S 2>/dev/null || date -u -r $(SOURCE_DATE_EPOCH) +%Y%m%d-%H:%M:%S)
BUILD_USER ?= healthcheck-exporter

# Without the symbol table the binary is one third smaller. Stack traces and
# `go version -m` still work. `make build STRIP=` keeps the symbols for a debugger.
STRIP ?= -s -w
FLAGS := -trimpath -buildvcs=false
LDFLAGS := $(STRIP) \
           -X $(COMMON).Version=$(VERSION) \
           -X $(COMMON).Revision=$(REVISION) \
           -X $(COMMON).Branch=$(BRANCH) \
           -X $(COMMON).BuildUser=$(BUILD_USER) \
           -X $(COMMON).BuildDate=$(BUILD_DATE)

# golangci-lint is pinned in its own module and built from there; the first build
# takes some minutes.
LINT := $(GO) tool -modfile=tools/go.mod golangci-lint

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

.PHONY: build
build: ## build ./healthcheck_exporter: static, stripped, reproducible, with its version
	CGO_ENABLED=0 $(GO) build $(FLAGS) -ldflags '$(LDFLAGS)' -o $(BINARY) .

.PHONY: run
run: build ## build it and serve on :10927 (make run ARGS='--config.file=…')
	./$(BINARY) $(ARGS)

.PHONY: test
test: ## all tests; as root on Debian, installs the programs that they need
	scripts/test

.PHONY: race
race: ## the Go tests of this module only, with the race detector
	CGO_ENABLED=1 $(GO) test -race -shuffle=on ./...

.PHONY: lint
lint: ## golangci-lint with .golangci.yml
	$(LINT) config verify
	$(LINT) run

.PHONY: fmt
fmt: ## format the Go code
	$(LINT) fmt

.PHONY: docs
docs: ## rewrite the generated references below docs/
	$(GO) generate ./...

.PHONY: golden
golden: ## rewrite the golden files from the present code
	scripts/golden

.PHONY: bench
bench: ## measure against the limits and the peers: five minutes, one table
	scripts/bench

.PHONY: bench-quick
bench-quick: ## the part of bench that takes seconds, for CI
	scripts/bench -quick

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME=10m; the figures go to docs/reliability.md
	FUZZTIME=$(FUZZTIME) scripts/fuzz --record

.PHONY: faults
faults: ## every check type through the common fault table, with the strict times; figures as well
	scripts/faults

.PHONY: mutants
mutants: ## changes of the code that the tests do not notice, sampled (make mutants MUTANTS='-n 40 ./scrub')
	$(GO) build -C tools/mutants -o ../../.build/tools/ .
	nice .build/tools/mutants $(MUTANTS)

.PHONY: soak
soak: ## thirty minutes of steady load; the figures go to docs/reliability.md
	scripts/long 45m '^TestSoak'
	HEALTHCHECK_LONG=1 $(GO) test -count=1 -timeout=20m -run=RandomWorlds ./collector

.PHONY: reliability
reliability: ## the long form of every other promise about trouble; figures as well
	scripts/long 60m 'RawRequestsGet|SecretIsNowhere|Pollers|SlowClients|Scrape|64Descriptors|StormOfReloads|HangingDependencies|LeaveNothing|Yes|Panics|LogThatIsLost|Suspend|SmallBox' '^TestSoak'

.PHONY: sbom
sbom: build ## a bill of materials of the binary (CycloneDX), and the licences' texts, in dist/
	mkdir -p dist
	$(GO) run ./internal/docs bill $(BINARY) >dist/$(BINARY).cdx.json
	$(GO) run ./internal/docs texts >dist/licences.txt

.PHONY: licences
licences: ## rewrite docs/licences.md
	$(GO) run ./internal/docs licences >docs/licences.md.new
	mv docs/licences.md.new docs/licences.md

.PHONY: image
image: sbom ## a container image with the binary and its bill of materials, by buildah or docker
	REVISION=$(REVISION) scripts/image

.PHONY: deb rpm
deb: ## a Debian package in dist/
	scripts/package deb
rpm: ## an RPM package in dist/
	scripts/package rpm

.PHONY: package-test
package-test: ## install, run, upgrade, remove and purge the Debian package in a chroot
	scripts/package-test

.PHONY: release
release: ## archives for all systems of .promu.yml, packages, bills of materials, checksums
	scripts/release

.PHONY: clean
clean: ## remove what was built
	rm -rf $(BINARY) dist
